"""Links, clicks, filed positions, attribution, posters, captions."""
