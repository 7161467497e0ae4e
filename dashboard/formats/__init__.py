"""How a language writes days and numbers, where Django's own way is not the one for tables.

A day is figures of one width with all four of the year's. English keeps the order of ISO 8601,
for its speakers disagree about the other one. Figures are Western in every language.
"""
