"""Seminars: planned, applied to by a form, held, and who came."""
