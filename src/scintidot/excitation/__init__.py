"""One nanocrystal under radiation that does not wait for it: continuous flux and pulse trains."""
