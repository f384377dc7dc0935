from .pairs import NextPairs, choose_next_pairs, write_pairs
from .sentences import schedule_sentences

__all__ = ["NextPairs", "choose_next_pairs", "schedule_sentences", "write_pairs"]
