"""Usage records: safe from the death of their process before an answer ends, then in PostgreSQL exactly once."""
