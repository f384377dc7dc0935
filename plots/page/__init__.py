"""The page of a tournament: a template, a style, a script, and three libraries of other people."""
