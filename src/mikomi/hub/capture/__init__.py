"""What reaches us by itself: sources, visitors and who they are, forms, documents, seminars."""
