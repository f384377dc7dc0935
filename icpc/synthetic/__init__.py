"""Performances that the project makes itself: pieces, players of graded skill, and a piano."""
