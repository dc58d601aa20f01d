"""SIP as far as telling a phone to read its files again and hearing it dial a code take it: without sockets, clocks."""
