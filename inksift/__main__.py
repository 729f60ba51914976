"""`python -m inksift`, which is the command `inksift`."""

import sys

from inksift.pipelines.cli import main

if __name__ == "__main__":
    sys.exit(main())
