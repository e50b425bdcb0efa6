"""The simulated JD: the gateway of its union, and a product file."""
