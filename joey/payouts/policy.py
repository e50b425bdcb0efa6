"""How long payouts wait after a change, and over how long they are added up."""

from datetime import timedelta

# After payout details change, so that the owner notices a change made by a thief before it is paid.
PAUSE = timedelta(hours=72)
WINDOW = timedelta(hours=24)  # what is requested or approved within it counts as one sum
