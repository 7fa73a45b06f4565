"""From deposited energy to electron-hole pairs to excitons."""
