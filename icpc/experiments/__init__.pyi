from .paper_tables import paper_table
from .published import published_table

__all__ = ["paper_table", "published_table"]
