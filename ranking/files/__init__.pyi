from .atomic import open_atomic, write_bytes, write_text
from .columns import ReadTable, rename_columns, unused_columns
from .hashing import file_sha256, json_sha256
from .names import NameMatches, Names, match_names, unify_spellings
from .registry import Registry
from .table_reader import CsvFile, read_csv
from .table_writer import to_csv
from .text import did_you_mean, escape_controls, read_text

__all__ = [
    "CsvFile",
    "NameMatches",
    "Names",
    "ReadTable",
    "Registry",
    "did_you_mean",
    "escape_controls",
    "file_sha256",
    "json_sha256",
    "match_names",
    "open_atomic",
    "read_csv",
    "read_text",
    "rename_columns",
    "to_csv",
    "unify_spellings",
    "unused_columns",
    "write_bytes",
    "write_text",
]
