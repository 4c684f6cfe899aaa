"""Leads that may be one person: found, shown, made one, and parted again."""
