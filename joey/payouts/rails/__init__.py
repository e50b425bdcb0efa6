"""Ways to pay out: a folder per rail, found by `registry.py`; `port.py` says what a rail provides."""
