"""Articles in: sources, extraction, cleaning, sentences, passages, the library."""
