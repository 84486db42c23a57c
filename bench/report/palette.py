"""Colours (after Okabe & Ito 2008) and strokes that everyone can tell apart, on light and dark pages."""

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6BB1", "#7F8C8D", "#B8A000", "#3D9970")

STROKES = ("solid", "dash", "dot", "dashdot")
