"""Documents: PDF, DOCX and EPUB files become drafts."""
