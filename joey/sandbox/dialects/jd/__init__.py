"""The simulated JD, which publishes a file of its offers."""
