"""The shopkeeper's side."""
