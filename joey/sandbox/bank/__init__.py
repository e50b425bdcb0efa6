"""A simulated bank that takes payment files, checks them without trust, and settles or rejects them."""
