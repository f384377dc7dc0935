"""The competition: who played, how far they got, and the program that judges it."""

__version__ = "0.1.0"
