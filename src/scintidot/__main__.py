"""``python -m scintidot``."""

from scintidot.cli.main import main

main()
