"""Forms: made by beginners, published, filled in by visitors, turned into leads with evidence."""
