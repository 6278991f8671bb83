"""The model against published data, one module for each kind."""
