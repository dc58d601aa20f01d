"""The process of the administrator's Python: hooks on the main thread, frames and the sign of life on another."""
