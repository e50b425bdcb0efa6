"""The fast path in front of Django: counted share links and the outbound clicks, answered after their commit."""
