"""The conversation: a question becomes an answer; Telegram, REPL and terminal are its voices."""
