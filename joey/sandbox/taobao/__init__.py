"""A simulated Taobao Union behind the TOP gateway, with checks of its own."""
