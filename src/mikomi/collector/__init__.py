"""Taking events in: checked, durable in the journal, answered. Knows no Django and no main database."""
