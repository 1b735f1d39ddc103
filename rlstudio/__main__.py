"""`python -m rlstudio`."""

import sys

from rlstudio.cli import main

if __name__ == "__main__":
    sys.exit(main())
