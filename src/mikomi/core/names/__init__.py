"""Names of companies and people, and what comes with them: numbers, mail domains, addresses, phones.

Everything is a pure function over a text column, computed once for each distinct value, with the same
answer for a single text. The rules are in `docs/reference/names.md`.
"""
