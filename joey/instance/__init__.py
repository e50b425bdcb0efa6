"""What runs one instance: its data folder, embedded PostgreSQL, processes, backups, and what fills the demo."""
