"""The house's habits that a program can check: format, lint, types, first lines, sizes."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "rlstudio").rglob("*.py"))
PLACES = ["rlstudio", "tests"]
LONGEST_FUNCTION = 70


def tool(*arguments: str) -> None:
    """Run a tool from the root of the project; what it says is shown where it does not agree."""
    found = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_format() -> None:
    tool("ruff", "format", "--check", *PLACES)


def test_lint() -> None:
    tool("ruff", "check", *PLACES)


def test_types() -> None:
    tool("mypy")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_says_what_it_is_in_its_first_line(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not tree.body:
        assert path.name == "__init__.py"
        return
    first = (ast.get_docstring(tree) or "").strip().split("\n")[0]
    assert len(first) > 10, "a file begins with a docstring"


def test_functions_are_short_enough_to_be_read() -> None:
    long = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {lines} lines")
    assert long == []
