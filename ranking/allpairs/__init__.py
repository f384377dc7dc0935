"""All pairs of windows at once, exactly: each is convolved once, and per pair only the seam."""
