"""The commands about lists of goods that are fetched from an address."""
