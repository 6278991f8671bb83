"""What holds for all tests: none is judged by the time it takes."""

from hypothesis import settings

settings.register_profile("gigacost", deadline=None)
settings.load_profile("gigacost")
