"""What is known, as frozen values, and what crosses a process boundary."""
