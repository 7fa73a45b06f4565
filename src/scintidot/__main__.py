"""``python -m scintidot``."""

from scintidot.cli.main import main

if __name__ == "__main__":
    main()
