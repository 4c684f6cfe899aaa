"""計測タグ: the snippet, the pages it was seen on, and the check of whether all is well."""
