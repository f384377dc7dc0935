from .doctor import Finding, examine_installation, findings_table
from .packages import PackageState, list_packages
from .weights import list_weights, weights_folder

__all__ = [
    "Finding",
    "PackageState",
    "examine_installation",
    "findings_table",
    "list_packages",
    "list_weights",
    "weights_folder",
]
