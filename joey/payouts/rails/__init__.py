"""Payment channels: a folder per rail."""
