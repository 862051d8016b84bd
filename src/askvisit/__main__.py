"""`python -m askvisit`: the command line where its script is not on the PATH."""

import sys

from askvisit.cli import main

if __name__ == "__main__":  # not in the processes that `index --workers` starts
    sys.exit(main())
