"""Ask a corpus of news articles; every answer can be checked."""
