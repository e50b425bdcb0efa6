"""The commands about shops: what buyers report of them, and the front page."""
