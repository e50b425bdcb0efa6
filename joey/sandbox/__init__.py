"""A simulated outside world: marketplaces, a bank and an outbox that speak the real protocols over HTTP."""
