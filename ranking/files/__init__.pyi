from .atomic import replacing, write_bytes, write_text
from .hashing import file_sha256, json_sha256
from .registry import Registry
from .table_reader import CsvFile, read_csv
from .table_writer import to_csv
from .text import closest, decode, printable

__all__ = [
    "CsvFile",
    "Registry",
    "closest",
    "decode",
    "file_sha256",
    "json_sha256",
    "printable",
    "read_csv",
    "replacing",
    "to_csv",
    "write_bytes",
    "write_text",
]
