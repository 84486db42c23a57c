"""What a comparison of two runs says, in every format. Pure over the comparison."""
