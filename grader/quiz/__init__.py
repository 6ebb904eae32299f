"""The question bank and the self-quiz: reading, checking, asking, scheduling, papers and item analysis."""
