"""Runs a plan: cases in worker processes side by side, then the timing, one process at a time. Imports no torch."""
