"""What others report of their systems: the records, and what each number leaves unsaid."""
