"""Reading claims in the layout of the SNDS."""
