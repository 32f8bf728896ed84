"""Lets the tests of this folder import `signals` of the laws."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "laws"))
