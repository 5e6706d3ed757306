"""Answers that readers report as wrong, for the owner to judge: `citat review`."""
