"""What lets people come from other software: its files read, its interfaces offered."""
