"""Joey: open-source social distribution."""
