"""Companies that may be one: proposing them, making them one, and two again."""
