"""Taking an archive to another store and back, and checking that all of it has arrived."""
