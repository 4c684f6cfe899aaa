"""Where alerts go: one file a service."""
