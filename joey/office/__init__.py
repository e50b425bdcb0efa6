"""The operator's side: tables that cannot be edited, and actions that call the same verbs as everyone else."""
