"""What bench gives to tests: suites in pytest."""
