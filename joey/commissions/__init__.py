"""What an order line earned, waiting time, hold, reversal."""
