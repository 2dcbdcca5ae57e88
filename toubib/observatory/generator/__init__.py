"""Synthetic national claims in the layout of the SNDS, calibrated on published figures; the same for the same seed."""
