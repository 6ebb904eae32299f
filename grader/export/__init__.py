"""What leaves the course: the student release without solutions, and other graders' formats."""
