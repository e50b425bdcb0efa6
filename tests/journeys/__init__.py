"""Long stories from outside: HTTP, a browser and the `joey` command against a running instance."""
