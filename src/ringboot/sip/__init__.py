"""SIP as far as telling a phone to read its files again takes it: pure, without sockets and clocks."""
