"""Auto-graded exercises and a quiz for the mathematics of deep learning."""
