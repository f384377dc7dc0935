"""What is on this machine: packages, devices, weights and folders, and what embedding takes.

It imports encoders to ask what they need, and nothing of a competition.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
