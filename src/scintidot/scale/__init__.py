"""Long work: cut into blocks, on threads, many machines or a GPU, with checkpoints. Nothing here changes a number."""
