"""From a primary particle to the energy that one nanocrystal keeps."""
