"""DHCPv4: the option table, messages, and what each message may carry; sans-IO."""
