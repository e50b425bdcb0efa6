"""Bank transfers: a file of transfers is submitted to the bank, which answers for each of them."""
