"""Pairs of submissions that are worth a look: never a verdict.

Three signals, kept apart: how functions are built, rare words that stand in both, rare wrong answers that both give. On
short functions with a common sheet no signal proves anything; a person has to read, and to ask.
"""
