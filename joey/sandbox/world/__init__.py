"""The neutral simulated world: goods, buyers, orders and what is reported of them. No marketplace is named in it."""
