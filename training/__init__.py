"""How the built-in encoder is made; not installed with the program."""
