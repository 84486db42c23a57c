"""Results -> reports. Pure over what is stored: a report can be written again at any time."""
