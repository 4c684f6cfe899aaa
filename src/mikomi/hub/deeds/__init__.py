"""What we do to leads: tried calls, calls, mails. Never what they do; those are events."""
