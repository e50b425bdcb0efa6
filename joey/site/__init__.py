"""Settings, routes and the ASGI application: where the packages are put together."""
