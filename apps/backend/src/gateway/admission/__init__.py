"""Decides when a request may go to an engine: now, in its tenant's turn, or not at all."""
