"""Promise and attempts, payee details, rails."""
