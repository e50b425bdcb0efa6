"""The `joey` command: everything on one machine, or its parts; thin, no business rule lives here."""
