"""The way of a DHCP message: network, class, reservation, lease, options, reply; pure."""
