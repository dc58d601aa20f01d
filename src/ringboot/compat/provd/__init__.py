"""provd's habits: the namespace that its shell had, over our API."""
