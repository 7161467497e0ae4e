"""Insight: what the rows of a question tell, section by section; its files; the report."""
