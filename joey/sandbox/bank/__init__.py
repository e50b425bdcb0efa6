"""A simulated bank that takes payment files, checks them like a stranger would, and settles or rejects them."""
