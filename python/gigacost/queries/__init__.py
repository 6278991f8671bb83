"""One space, one query: a sweep, its rows, the best of them, the front, a summary; the core of an estimate."""
