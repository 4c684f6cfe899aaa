"""What leads did: events, outcomes, touches, and the activity they add up to."""
