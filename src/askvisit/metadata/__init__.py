"""Facts about an article besides its text: normalised dates, and its printed byline and date."""
