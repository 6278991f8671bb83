"""The framework that models are written in: declarations, the graph of functions, the tracer."""
