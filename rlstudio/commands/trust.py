"""`--trust-file`: consent, given on the command line, to run a Python file as it is now."""

from __future__ import annotations

import argparse

from rlstudio.core.trusted_files import TrustedFile, read_program


def trusted_files(options: argparse.Namespace) -> tuple[TrustedFile, ...]:
    """The files named, with their hashes. Raises UserFileError where one cannot be read."""
    return tuple(read_program(path)[0] for path in options.trust_file)
