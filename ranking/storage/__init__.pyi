from .addresses import StoreAddress, StorePlace, parse_place
from .folders import FolderStorage, Storage
from .objects import ObjectStorage, open_storage

__all__ = [
    "FolderStorage",
    "ObjectStorage",
    "Storage",
    "StoreAddress",
    "StorePlace",
    "open_storage",
    "parse_place",
]
