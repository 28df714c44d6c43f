"""`python -m sim`: opens the door to the command line and does nothing else."""

import sys

from sim.cli_start import start

if __name__ == "__main__":
    sys.exit(start())
