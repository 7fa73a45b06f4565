"""One nanocrystal under every choice of a run, with figures that the user holds: what the page Explore shows."""
