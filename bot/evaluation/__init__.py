"""The owner's own questions, asked and measured: `citat eval`."""
