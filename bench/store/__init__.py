"""What stays on disk: run directories."""
