"""What a question asks for, told by rules: who, to whom, about what, when, and where it stood."""
