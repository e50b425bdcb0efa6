"""Duoduo Jinbao, Pinduoduo's affiliate programme, as the sandbox plays it. See README.md."""
