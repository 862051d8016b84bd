"""Answer quality: turn files of questions into figures, each with an interval."""
