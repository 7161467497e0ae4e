"""A backup: a file with everything that cannot be fetched again, and without the keys."""
