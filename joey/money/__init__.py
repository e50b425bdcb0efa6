"""Money, Rate and split: integer minor units, never a float."""
