"""``python -m gigacost`` is the command line."""

from gigacost.cli import main

if __name__ == "__main__":
    main()
