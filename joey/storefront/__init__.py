"""The buyer's side: pages and the outbound click to the marketplace."""
