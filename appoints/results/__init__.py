"""Whole results: what is asked, every row that answers it, and what is counted and filed of it."""
