"""What the API answers with, as types: its description and what commands print with --json follow."""
