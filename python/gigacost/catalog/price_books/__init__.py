"""Private price books: read, checked, and laid over the public catalogue."""
