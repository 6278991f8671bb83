"""The questions over HTTP: the application, and the process around it."""
