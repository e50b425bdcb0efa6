"""The bank file rail: a file of transfers is handed to the bank, which answers for each of them."""
