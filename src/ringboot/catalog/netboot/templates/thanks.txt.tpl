Ringboot thanks: from now on this machine starts from its disk.
