"""What a machine that boots from the network is, and what it gets: boot rules, menus, the chain of loaders."""
