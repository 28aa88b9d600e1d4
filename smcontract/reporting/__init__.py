"""What a user reads: the report as a value, as text and as JSON."""
