"""The public indicators over counted acts: what the REPSS sheet publishes, as anyone can check it."""
