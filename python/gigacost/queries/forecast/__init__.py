"""What writing the rows of a space will take: rows, bytes, core-seconds, measured on some of it."""
