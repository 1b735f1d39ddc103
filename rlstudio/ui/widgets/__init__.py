"""Small widgets, testable by feeding them data."""
