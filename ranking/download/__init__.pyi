from .addresses import Address, is_public, read_address
from .pages import PageReader, Sound
from .transfer import RemoteFile, fetch_file

__all__ = [
    "Address",
    "PageReader",
    "RemoteFile",
    "Sound",
    "fetch_file",
    "is_public",
    "read_address",
]
