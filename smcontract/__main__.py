"""`python -m smcontract` is `smcontract`."""

from __future__ import annotations

import sys

from smcontract.cli import main

if __name__ == "__main__":
    sys.exit(main())
