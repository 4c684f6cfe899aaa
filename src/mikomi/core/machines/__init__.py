"""Telling machines from people: by their agents, their addresses, their headers and their pace."""
