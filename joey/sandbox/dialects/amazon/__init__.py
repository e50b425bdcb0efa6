"""The simulated Amazon, which publishes a file of its offers."""
