"""A folder per simulated marketplace: how it speaks of the neutral world. `registry.py` finds the folders."""
