"""Carries requests to engines and their answers back, byte for byte where possible."""
