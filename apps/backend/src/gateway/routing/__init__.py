"""Knows the engines of each model, whether they are well, and which one a request should go to."""
