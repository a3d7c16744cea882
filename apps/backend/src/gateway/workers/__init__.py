"""Work that outlives a request: a queue over Redis lists, and the jobs on it."""
