"""The command ``scintidot``. Slow libraries are imported inside the commands that use them."""
