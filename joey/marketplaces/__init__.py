"""The contract with marketplaces, the registry, and a folder per connector."""
