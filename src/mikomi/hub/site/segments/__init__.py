"""The pages of segments: conditions as forms, counted while they are edited."""
