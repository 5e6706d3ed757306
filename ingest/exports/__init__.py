"""Exports: what other programs write of whole archives, read a part at a time."""
