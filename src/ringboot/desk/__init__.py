"""The running fleet in the main process: where every device's and administrator's request arrives."""
