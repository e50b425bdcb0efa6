"""The buyer's side: pages and the way out to the marketplace."""
