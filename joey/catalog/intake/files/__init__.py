"""Files of offers: what forms they come in, and how a mapping reads one. Nothing here touches the database."""
