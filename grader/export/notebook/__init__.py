"""Notebooks written from an exercise's sheet, and what their checks show."""
