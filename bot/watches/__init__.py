"""Standing questions: what newly comes in and answers them is delivered, each text once."""
