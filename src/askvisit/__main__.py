"""`python -m askvisit`: the command line where its script is not on the PATH."""

from askvisit.cli import run

if __name__ == "__main__":  # not in the processes that `index --workers` starts
    run()
