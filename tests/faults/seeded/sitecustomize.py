"""Python imports this at its start, before anything of the product."""

import os
import sys
from pathlib import Path

if name := os.environ.get("SEEDED_BUG"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from tests.faults.seeded import bugs

    bugs.plant(name)
