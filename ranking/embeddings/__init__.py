"""Embed once, keep on disk, hold on the device."""
