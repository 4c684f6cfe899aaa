"""What leads that may be one person and companies that may be one have in common.

`people.duplicates` and `people.same_companies` say what is theirs alone, and give their `Kind` to the
functions of this room.
"""
