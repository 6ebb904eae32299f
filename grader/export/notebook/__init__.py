"""Notebooks: written from an exercise's sheet, and read back as the source of its functions, without running anything."""
