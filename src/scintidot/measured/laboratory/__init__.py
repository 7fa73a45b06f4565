"""The virtual laboratory: files such as instruments write, with what is true of them."""
