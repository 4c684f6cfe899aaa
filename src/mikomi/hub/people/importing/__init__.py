"""Files of people into the database: what was chosen for them, how they are read, stored and taken back."""
