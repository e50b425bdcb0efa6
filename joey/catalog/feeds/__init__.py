"""Lists of goods that are fetched from an address, on a schedule."""
