"""Papers of a class: drawn for each student from a blueprint, and marked with the instructor's copy."""
