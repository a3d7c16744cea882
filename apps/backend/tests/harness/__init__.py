"""Real servers for the tests: PostgreSQL, Redis and the gateway itself, each on a free port of 127.0.0.1."""
