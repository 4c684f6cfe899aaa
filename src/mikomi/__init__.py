"""Mikomi tells a sales team whom to call today, and why.

`mikomi.core` is the scoring library, `mikomi.hub` the web application, `mikomi.cli` the command.
"""
