"""Parts of a running Joey killed, frozen and starved while clients press on."""
