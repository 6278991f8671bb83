"""One module for each command; its ``command`` is what ``gigacost COMMAND`` runs."""
