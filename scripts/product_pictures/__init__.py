"""Products with known kind, colour and angle, photographed as a shop's catalogue does."""
