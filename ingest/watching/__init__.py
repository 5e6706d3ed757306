"""Keeping an archive fresh: feeds read on a schedule, pages looked at again."""
