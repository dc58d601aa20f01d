"""Reservations that are kept elsewhere: databases, files, web services, functions; asked when a client comes."""
