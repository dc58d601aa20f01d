"""The way of a device: observe, find, update, associate, configure, serve, explain."""
