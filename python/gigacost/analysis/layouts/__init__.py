"""The parallel layouts of one design: the best ones, and why the others are not."""
