"""Links, clicks, registered positions, attribution, posters, captions."""
