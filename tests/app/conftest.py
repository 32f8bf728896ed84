"""Lets the tests of this folder import `fabricated`, and the stand-ins of `acquisition`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parents[1] / "acquisition"))
