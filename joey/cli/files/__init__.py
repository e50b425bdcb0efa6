"""Commands about payout files that are stuck: list, ask the bank, withdraw, mark as refused, dismiss a note."""
