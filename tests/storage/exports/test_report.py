"""The page of a run: whole, alone, and nothing of a stranger's in it that a browser would run."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from exported_runs import HOSTILE

from rlstudio.storage.exports.report import MetricWords, Picture, Setting, Words, report, write_report
from rlstudio.storage.exports.report_charts import Line, chart, number_words, ticks
from rlstudio.storage.exports.run_data import read_run
from rlstudio.storage.run_folder import RunFolder

_VOID = {"meta", "img", "path", "br"}


class Page(HTMLParser):
    """Every element is closed, and what there is can be counted."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)

    @property
    def text(self) -> str:
        return " ".join(self.texts)


WORDS = Words(
    "PPO on Cart Pole",
    idea="It clips.",
    settings=[Setting("run", "seed", 3), Setting("update", "learning rate", 0.001, 0.0003, True, 0.0005, "A step.")],
    metrics={"entropy": MetricWords("entropy", "How undecided.")},
    command="rlstudio train -e CartPole-v1",
)


def test_the_page_tells_of_the_whole_run(run: Path) -> None:
    page = Page(report(read_run(run), WORDS, [Picture(b"GIF89a", "return 9")]))
    for words in (
        "PPO on Cart Pole",
        "820",
        "8.2 s",
        "Return while learning",
        "learning rate",
        "0.0003",
        "→ 0.0005 while training",
        "1 of them differ",
        "policy loss",
        "How undecided.",
        "best so far",
        "rlstudio train -e CartPole-v1",
        "It clips.",
        "return 9",
    ):
        assert words in page.text, words
    assert page.count("svg") == 3  # return, entropy, policy loss
    marked = [attributes for tag, attributes in page.elements if tag == "tr" and attributes.get("class") == "changed"]
    assert len(marked) == 1
    drawn = [attributes["d"] for tag, attributes in page.elements if attributes.get("class") == "episodes"]
    assert str(drawn[0]).count("M") == 40
    assert "nan" not in " ".join(str(attributes.get("d")) for _, attributes in page.elements)


def test_the_page_needs_nothing_from_elsewhere(run: Path, tmp_path: Path) -> None:
    (path,) = write_report(tmp_path / "out.html", read_run(run), WORDS, [Picture(b"GIF89a", "")])
    page = Page(path.read_text(encoding="utf-8"))
    sources = [
        str(attributes[name]) for _, attributes in page.elements for name in ("src", "href") if name in attributes
    ]
    assert sources
    assert all(source.startswith("data:image/gif;base64,") for source in sources)
    assert page.count("script") == page.count("link") == 0
    assert "url(" not in path.read_text(encoding="utf-8")


def test_no_text_of_a_run_becomes_markup(hostile_run: Path) -> None:
    settings = [Setting(HOSTILE, HOSTILE, HOSTILE, HOSTILE, True, [HOSTILE], f'"{HOSTILE}')]
    metrics = {HOSTILE: MetricWords(HOSTILE, HOSTILE)}
    words = Words(HOSTILE, HOSTILE, settings, metrics, HOSTILE, HOSTILE, (HOSTILE,), f"{HOSTILE}\n</div>{HOSTILE}")
    page = report(read_run(hostile_run), words, [Picture(b"GIF", f'" onerror="alert(1)"{HOSTILE}')])
    found = Page(page)
    assert "<script" not in page.lower()
    assert not [name for _, attributes in found.elements for name in attributes if name.startswith("on")]
    assert HOSTILE in found.text


def test_a_run_that_has_only_begun_has_a_page(tmp_path: Path, run: Path) -> None:
    config = RunFolder.open(run).read_info().config
    with RunFolder.create(tmp_path / "empty", config) as folder:
        page = Page(report(read_run(folder.path), Words("nothing yet")))
    assert "nothing was recorded" in page.text
    assert page.count("svg") == 0


def test_a_long_curve_is_thinned_and_keeps_its_peaks() -> None:
    x = np.arange(100_000, dtype=np.float64)
    y = np.zeros(100_000)
    y[77_777] = 9.0
    picture = chart("a", [Line("a", x, y)])
    assert len(picture) < 20_000
    heights = [float(point.split()[1]) for point in picture.split(' d="M')[-1].split('"')[0].split("L")]
    assert min(heights) < 40  # the peak, near the top
    assert chart("a", [Line("a", x[:1], y[:1])]).count("h0") == 1
    assert "nothing" in chart("a", [Line("a", np.array([1.0]), np.array([np.inf]))])


def test_numbers_of_axes_are_round() -> None:
    assert ticks(0.0, 100.0, 5) == [0, 20, 40, 60, 80, 100]
    assert ticks(3.0, 3.0, 5) == []
    assert [number_words(value) for value in (0.0, 12_000.0, 0.25, -3.0, 2e-9)] == [
        "0",
        "12,000",
        "0.25",
        "-3",
        "2e-09",
    ]
