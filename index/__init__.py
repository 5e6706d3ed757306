"""The library: articles, sentences, passages, vectors, words; how a question finds passages."""
