"""Pages, brand and templates of the two shops."""
