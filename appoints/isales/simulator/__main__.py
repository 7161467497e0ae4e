"""Run the simulator without Django: ``python -m appoints.isales.simulator --help``."""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from .command import HELP, CannotStart, add_arguments, serve


def main() -> None:
    """Read the command line and serve; a problem is one line and status 1."""
    parser = ArgumentParser(prog="python -m appoints.isales.simulator", description=HELP)
    add_arguments(parser)
    try:
        serve(parser.parse_args())
    except CannotStart as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
