"""A zip in Gradescope's layout that grades with this project, and the program that runs in Gradescope's container."""
