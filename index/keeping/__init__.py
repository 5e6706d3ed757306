"""Keeping a library: backups, restoring them, checking what is stored, and taking it elsewhere."""
