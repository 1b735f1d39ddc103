"""What is promised around the program: versions, files in the wheel, the README's commands, the desktop entry."""

from __future__ import annotations

import configparser
import re
import shlex
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from xml.etree import ElementTree

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image

from rlstudio import __version__
from rlstudio.cli import main
from rlstudio.core.resources import resource_path
from rlstudio.storage.bundle import SUFFIX as BUNDLE_SUFFIX
from rlstudio.storage.episode_file import SUFFIX

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def pins() -> dict[str, str]:
    """Package names with their versions, from the constraints file."""
    lines = (ROOT / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [line.split("==") for line in lines if line and not line.startswith("#")]
    return dict(found)  # a line without exactly one "==" raises here


def needed(requirement: str, seen: dict[str, Requirement]) -> None:
    """Follow a requirement through what is installed."""
    wanted = Requirement(requirement)
    name = canonicalize_name(wanted.name)
    key = f"{name}[{','.join(sorted(wanted.extras))}]"
    if key in seen:
        return
    seen[key] = wanted
    try:
        lines = requires(wanted.name) or []
    except PackageNotFoundError:  # named for another platform
        return
    for line in lines:
        marker = Requirement(line).marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in (wanted.extras or {""})):
            needed(line, seen)


def test_every_package_that_is_needed_is_pinned() -> None:
    seen: dict[str, Requirement] = {}
    for line in (*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["test"]):
        needed(line, seen)
    names = {canonicalize_name(wanted.name) for wanted in seen.values()}
    assert {"torch", "shiboken6", "typing-extensions"} <= names  # it was followed to its ends
    assert names <= set(pins())


def test_every_pin_fits_what_the_project_asks_for() -> None:
    found = pins()
    asked = [*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"]]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        asked.extend(extra)
    for line in asked:
        wanted = Requirement(line)
        assert wanted.specifier.contains(found[canonicalize_name(wanted.name)]), line


@pytest.mark.parametrize("name", ["pygame", "opencv-python", "opencv-python-headless", "pyside6", "pyside6-addons"])
def test_what_breaks_the_window_is_not_pinned(name: str) -> None:
    assert name not in pins()


def test_the_version_is_one_number() -> None:
    assert PROJECT["project"]["version"] == __version__
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_wheel_holds_every_folder_of_resources() -> None:
    shipped = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    folders = {f"resources/{path.name}" for path in (ROOT / "resources").iterdir()}
    assert set(shipped) == folders - {"resources/readme"}
    assert all(target == f"rlstudio/{source}" for source, target in shipped.items())
    assert all(resource_path(Path(source).name).is_dir() for source in shipped)


def commands() -> list[str]:
    """Command lines in the README's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_the_two_commands() -> None:
    assert commands()[:2] == [
        "pip install -c packaging/constraints.txt . && rlstudio demo",
        'pip install -c packaging/constraints.txt ".[test]" && pytest -n 2 --dist worksteal',
    ]


def test_continuous_integration_runs_the_readmes_test_command() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == commands()[1]


def test_the_readme_installs_files_that_are_there() -> None:
    sources = [shlex.split(line)[2] for line in commands() if line.startswith("install -D")]
    assert len(sources) == 4
    assert all((ROOT / source).is_file() for source in sources)


def test_the_readme_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    known = re.findall(r"^ {4}(\w+) ", capsys.readouterr().out, re.MULTILINE)
    assert {"train", "demo"} <= set(known)
    assert [name for name in known if f"`rlstudio {name}" not in README] == []


def test_the_readme_names_every_key() -> None:
    from rlstudio.ui.about import KEYS

    def plain(text: str) -> str:
        return "".join(text.replace("`", "").replace(" or ", " ").split())

    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", README.partition("## Keys")[2].partition("\n## ")[0], re.MULTILINE)
    told = {plain(keys): words for keys, words in rows}
    assert {plain(keys): words for keys, words in KEYS}.items() <= told.items()


def test_the_readmes_pictures_are_there_and_small() -> None:
    pictures = [ROOT / path for path in re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)]
    assert len(pictures) == 2
    assert sum(path.stat().st_size for path in pictures) < 250_000


def test_the_desktop_entry_starts_the_program_and_finds_its_icon() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(ROOT / "packaging" / "rlstudio.desktop", encoding="utf-8")
    entry = parser["Desktop Entry"]
    program, _, files = entry["Exec"].partition(" ")
    assert program in PROJECT["project"]["scripts"]
    assert files == "%F"  # the files that were double-clicked
    assert entry["Name"] == entry["StartupWMClass"] == "RL Studio"
    assert resource_path("icons", f"{entry['Icon']}.svg").is_file()


def test_a_desktop_opens_episodes_and_run_bundles_with_the_program() -> None:
    kinds = list(ElementTree.parse(ROOT / "packaging" / "rlstudio-types.xml").getroot())
    patterns = [part.attrib["pattern"] for kind in kinds for part in kind if part.tag.endswith("glob")]
    assert patterns == [f"*{SUFFIX}", f"*{BUNDLE_SUFFIX}"]
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "packaging" / "rlstudio.desktop", encoding="utf-8")
    assert parser["Desktop Entry"]["MimeType"].rstrip(";").split(";") == [kind.attrib["type"] for kind in kinds]


@pytest.mark.parametrize("size", [16, 32, 48, 64, 128, 256, 512])
def test_the_icon_comes_in_every_size(size: int) -> None:
    with Image.open(resource_path("icons", f"rlstudio-{size}.png"), formats=["PNG"]) as picture:
        assert picture.size == (size, size)
