"""What is asked of the assistant and of articles as such, rather than of what the articles say."""
