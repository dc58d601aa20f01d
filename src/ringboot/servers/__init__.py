"""The only place with device-facing sockets."""
