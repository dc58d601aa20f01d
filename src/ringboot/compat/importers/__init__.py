"""The configurations and lease files of other DHCP servers, read into one neutral value."""
