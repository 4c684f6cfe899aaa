"""施策: made and changed, joined by leads, read and counted."""
