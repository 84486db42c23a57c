"""What happens to one case, inside a worker process: train, export, evaluate. The only core code that imports torch."""
