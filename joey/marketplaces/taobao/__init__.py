"""Taobao and Tmall, through the Taobao Union's TOP gateway."""
