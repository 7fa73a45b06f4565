"""Commented files to start from, made from what reads them: a run file, a material card."""
