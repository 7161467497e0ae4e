"""Alerts and reports: what a person wants to be told without looking, when, and by which way."""
