"""Results -> the series of points that charts show, whatever draws them; a module a subject."""
