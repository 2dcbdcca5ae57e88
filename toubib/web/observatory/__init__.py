"""The public pages of the observatory: computed results, as tables, maps and curves."""
