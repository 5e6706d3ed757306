"""Who said what to whom: the statements of an article as spans of its text."""
