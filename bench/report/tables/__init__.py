"""Results -> the tables that every report shows, cell by cell as text; a module a subject."""
