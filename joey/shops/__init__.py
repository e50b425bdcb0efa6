"""A shop, its shelves, its listings."""
