"""What ``scintidot doctor`` looks at: Python, libraries, compiler, cache, extras, GPU, folders, and a known number."""
