"""The key that the simulated bank takes. Public on purpose: there is no money here."""

KEY = "sandbox-bank-key-1"
