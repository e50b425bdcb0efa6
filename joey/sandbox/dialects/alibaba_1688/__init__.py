"""The simulated 1688, which publishes a file of its offers."""
