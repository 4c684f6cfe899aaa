"""Deals: what SFA say of them, import after import, and what became of leads by it."""
