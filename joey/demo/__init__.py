"""The demo catalogue: goods with invented brands, their offers, pictures and shops. Data only."""
