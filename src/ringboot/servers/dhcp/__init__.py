"""The dhcp process: the sockets of DHCP, one loop, and the lease journal's only writer."""
