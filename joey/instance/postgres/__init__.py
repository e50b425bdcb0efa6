"""A PostgreSQL of this instance's own: binaries, cluster, start and stop, dump and load."""
