"""Duplicates among leads: which pairs, how sure, why; nothing is joined here."""
