"""Results as lines of a terminal: pure functions that read results and decide nothing."""
