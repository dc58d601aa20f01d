"""TFTP: packets, options and the transfer machine; sans-IO."""
