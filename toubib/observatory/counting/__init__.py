"""The counting rules of the CNAM as named steps that can be switched off, and what each removes."""
