"""Start the web chat from a checkout: python ui.py [--index DIR] [--host H] [--port P]."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "src"))

from askvisit.cli import run

if __name__ == "__main__":
    run(["ui", *sys.argv[1:]])
