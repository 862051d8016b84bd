"""Facts about an article beside its text: dates in one form, and the byline and date it prints."""
