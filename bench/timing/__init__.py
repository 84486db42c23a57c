"""Timing of one artifact in a process of its own. Imports numpy and the runtime, never torch of its own accord."""
