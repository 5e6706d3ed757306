"""Who is meant by the names, titles and pronouns of an article."""
