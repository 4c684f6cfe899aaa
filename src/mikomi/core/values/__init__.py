"""Texts of people's files into values: quantities, titles, choices, addresses; what fits a field."""
