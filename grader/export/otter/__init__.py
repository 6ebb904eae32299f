"""Exercises as otter-grader assignments. Otter keeps the questions, the points and the results; our worker runs student code.

export       tests/qN.py, otter_config.json, autograder.zip, a master notebook, student/ and autograder/ from it
otter run    the plugin grades the submission in a worker, and hands otter's kernel the verdicts only
otter check  has no plugins: each test takes the source of the cells and grades it in a worker
"""
