"""The Telegram voice: questions in as updates, exact quotes out as HTML messages."""
