"""今日連絡する人: whom to call, why, and what to say first."""
