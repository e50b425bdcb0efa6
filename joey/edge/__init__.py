"""The hot lane in front of Django: counted share links and the ways out, answered after their commit."""
