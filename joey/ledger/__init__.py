"""Double entry: accounts, journals, postings, balances. Knows no business table."""
