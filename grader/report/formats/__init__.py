"""The formats that other programs read, one module each, by the rules those programs have."""
