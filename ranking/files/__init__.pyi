from .atomic import open_atomic, write_bytes, write_text
from .hashing import file_sha256, json_sha256
from .registry import Registry
from .table_reader import CsvFile, read_csv
from .table_writer import to_csv
from .text import did_you_mean, escape_controls, read_text

__all__ = [
    "CsvFile",
    "Registry",
    "did_you_mean",
    "escape_controls",
    "file_sha256",
    "json_sha256",
    "open_atomic",
    "read_csv",
    "read_text",
    "to_csv",
    "write_bytes",
    "write_text",
]
