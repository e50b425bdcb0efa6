"""The simulated Taobao Union behind the TOP gateway, with checks of its own. It serves Taobao and Tmall."""
