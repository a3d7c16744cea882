"""The control surface: everything but the hot path, as a FastAPI application."""
