"""Which offers of different marketplaces are the same item, by evidence that was measured."""
