"""What a journalist looks through an archive for: who said what, when, and who speaks of what."""
