"""Whom we may write to, on what ground, and who does not want it: per mail address."""
