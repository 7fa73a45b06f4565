"""The browser app: pages on the same functions as the command line. Needs the extra ``app`` (Dash)."""
