"""Runs a plan: cases in worker processes side by side, then the timing, alone on the machine. Imports no torch."""
