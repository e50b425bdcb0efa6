"""Commands about order lines: those in suspense, and holds on what they earned."""
