"""Whole results: what is asked, every row that answers it, and what is counted and filed of it.

Rows are "at hand" once they are loaded: stored here, so that no further call to iSales is needed.
"""
