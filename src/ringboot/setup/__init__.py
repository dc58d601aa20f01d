"""ringboot.toml to checked values, and the first file for a new machine."""
