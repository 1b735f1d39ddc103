"""The walls between the rooms: who may import whom, and what must not be loaded where."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "rlstudio"
FILES = sorted(path.relative_to(ROOT) for path in PACKAGE.rglob("*.py"))
ONLY_UI = {"PySide6", "shiboken6", "pyqtgraph"}
UNPICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def imports(path: Path, *, lazy_too: bool = True) -> Iterator[str]:
    """Names of the modules that a file imports; with `lazy_too` inside functions as well."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if lazy_too else _at_import(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """What runs when the file is imported by itself: all but functions, and `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from _at_import(node)


def room_of(path: Path) -> str:
    return path.parts[1] if len(path.parts) > 2 else ""


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a few lines in a fresh interpreter."""
    environment = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_contracts_of_pyproject_are_kept() -> None:
    code = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    found = python(code)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "0 broken" in found.stdout


def test_only_ui_knows_qt() -> None:
    guilty = [
        (str(path), name)
        for path in FILES
        if room_of(path) != "ui"
        for name in imports(path)
        if name.split(".")[0] in ONLY_UI
    ]
    assert guilty == []


def test_nothing_is_unpickled() -> None:
    """Messages to a child go through multiprocessing, which pickles for itself; files never are."""
    guilty = [(str(path), name) for path in FILES for name in imports(path) if name.split(".")[0] in UNPICKLERS]
    assert guilty == []
    for path in FILES:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert "allow_pickle=True" not in text, path
        assert "weights_only=False" not in text, path


def test_nothing_read_is_evaluated() -> None:
    """But for a file of the user's own, in the one place that looks for the consent first."""
    guilty = [
        (str(path), node.lineno)
        for path in FILES
        if path != Path("rlstudio/algorithms/blocks/user_code.py")
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec")
    ]
    assert guilty == []


def test_environments_are_made_in_one_place() -> None:
    guilty = [
        str(path)
        for path in FILES
        if path != Path("rlstudio/envs/make.py")
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("gym.make", "gym.make_vec", "gymnasium.make")
    ]
    assert guilty == []


def test_torch_is_imported_only_where_networks_are_trained() -> None:
    """And in the doctor, which asks for its device; there and in the blocks only when it is needed."""
    for path in FILES:
        wanted = path.name == "learner.py" or path.parts[1:3] == ("algorithms", "blocks") or path.stem == "doctor"
        wanted |= path.match("algorithms/sb3/*.py") and path.name not in ("names.py", "catalogue.py")
        if not wanted:
            assert not [name for name in imports(path) if name.split(".")[0] == "torch"], path


@pytest.mark.parametrize("module", ["rlstudio.cli", "rlstudio.workers.child", "rlstudio.__main__"])
def test_what_a_child_imports_first_is_the_standard_library(module: str) -> None:
    path = Path(*module.split(".")).with_suffix(".py")
    for name in imports(path, lazy_too=False):
        top = name.split(".")[0]
        assert top in sys.stdlib_module_names or top == "rlstudio", name
    found = python(f"import sys, {module}; print(*sys.modules)")
    assert found.returncode == 0, found.stderr
    assert {"numpy", "gymnasium", "torch", "PySide6", "pydantic"}.isdisjoint(found.stdout.split())


def test_specs_and_cards_can_be_read_without_torch_and_gymnasium() -> None:
    code = (
        "import sys; from pathlib import Path; from rlstudio.algorithms.catalogue import algorithms;"
        "from rlstudio.envs.catalogue import load_cards; assert algorithms(); load_cards(Path('nowhere'));"
        "print(*sys.modules)"
    )
    found = python(code)
    assert found.returncode == 0, found.stderr
    assert {"torch", "gymnasium", "PySide6"}.isdisjoint(found.stdout.split())


def test_the_open_window_has_loaded_neither_torch_nor_jobs(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from PySide6.QtCore import QCoreApplication, QTimer\n"
        "from rlstudio.ui.app import run_studio\n"
        "def look(window, controller):\n"
        "    QTimer.singleShot(0, QCoreApplication.quit)\n"
        "    print(*sys.modules, 'shown' if window.isVisible() else 'hidden')\n"
        "if __name__ == '__main__':\n"
        "    sys.exit(run_studio(look))"
    )
    script = tmp_path / "open.py"
    script.write_text(code)
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "RLSTUDIO_HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    found = subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert found.returncode == 0, found.stderr
    loaded = set(found.stdout.split())
    assert loaded >= {"rlstudio.ui.main_window", "rlstudio.ui.controller", "shown"}
    assert {"torch", "stable_baselines3"}.isdisjoint(loaded)
    assert not [name for name in loaded if name.startswith("rlstudio.jobs")]
