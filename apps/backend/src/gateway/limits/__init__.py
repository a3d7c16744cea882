"""Limits and budgets that hold across replicas."""
