"""Settings, routes and the ASGI application: where the rooms are put together."""
