from .costs import Measurement, Workload, cost_table, measure_encoders, workload_of
from .doctor import Finding, examine_installation, findings_table
from .packages import PackageState, list_packages
from .weights import list_weights, weights_folder

__all__ = [
    "Finding",
    "Measurement",
    "PackageState",
    "Workload",
    "cost_table",
    "examine_installation",
    "findings_table",
    "list_packages",
    "list_weights",
    "measure_encoders",
    "weights_folder",
    "workload_of",
]
