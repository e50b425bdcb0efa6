"""Pictures of offers: fetched once, made small, kept."""
