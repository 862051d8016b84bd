"""Query rewriting: other forms of a question, and the earlier words that it depends on."""
