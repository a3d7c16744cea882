"""Usage records: durable in Redis before an answer ends, then in PostgreSQL exactly once."""
