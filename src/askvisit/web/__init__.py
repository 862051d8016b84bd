"""The web chat: questions on the left, the article at the quoted sentence on the right."""
