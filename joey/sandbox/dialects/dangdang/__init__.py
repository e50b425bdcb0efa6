"""The simulated Dangdang, which publishes a file of its offers."""
