"""A page that holds the model: ``page.py`` makes it of what ``described.py`` says and of the files in ``static/``."""
