"""A file of the user's own: run only with consent to those very bytes, and its faults told with file and line."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from rlstudio.algorithms.blocks.user_code import array_of, load_saved_file, load_user_file
from rlstudio.core.trusted_files import NotTrustedError, UserFileError, read_program, trusting


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def loaded(path: Path) -> object:
    with trusting([read_program(path)[0]]):
        return load_user_file(path)


def test_a_file_is_not_run_without_consent(tmp_path: Path) -> None:
    marker = tmp_path / "was run"
    path = write(tmp_path / "own.py", f"open({str(marker)!r}, 'w').close()\n")
    with pytest.raises(NotTrustedError, match=r"own\.py is a program that nobody agreed to run.*--trust-file"):
        load_user_file(path)
    other = write(tmp_path / "other.py", path.read_text())
    with trusting([read_program(other)[0]]), pytest.raises(NotTrustedError):
        load_user_file(path)  # the same bytes under another name were not agreed to
    assert not marker.exists()
    loaded(path)
    assert marker.exists()


def test_consent_ends_with_its_block_and_with_a_change(tmp_path: Path) -> None:
    path = write(tmp_path / "own.py", "def act(observation, info):\n    return 0\n")
    agreed = read_program(path)[0]
    with trusting([agreed]):
        load_user_file(path)
        with trusting([]), pytest.raises(NotTrustedError):
            load_user_file(path)
        write(path, "raise SystemExit('not what was agreed to')\n")
        with pytest.raises(NotTrustedError, match="has changed since it was agreed"):
            load_user_file(path)
    with pytest.raises(NotTrustedError):
        load_user_file(path)


def test_a_saved_policy_wants_the_very_same_file(tmp_path: Path) -> None:
    path = write(tmp_path / "own.py", "def act(observation, info):\n    return 0\n")
    with trusting([read_program(path)[0]]):
        saved = {"programs": load_user_file(path).programs}
        assert load_saved_file(saved).has("act")
    write(path, "def act(observation, info):\n    return 1\n")
    with trusting([read_program(path)[0]]), pytest.raises(UserFileError, match=r"changed since this policy was saved"):
        load_saved_file(saved)
    for wrong in ({}, {"programs": 3}, {"programs": [["only one"]]}, {"programs": [[1, 2]]}):
        with pytest.raises(ValueError, match=r"file|list"):
            load_saved_file(wrong)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\ndef act(:\n", r"own\.py, line 2: SyntaxError"),
        ("import nothing_of_that_name\n", r"own\.py, line 1: ModuleNotFoundError"),
        ("x = 1\n\n1 / 0\n", r"own\.py, line 3: ZeroDivisionError"),
        ("import sys\nsys.exit(3)\n", r"own\.py, line 2: SystemExit"),
        ("x = '\0'\n", r"own\.py.*null"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UserFileError, match=words):
        loaded(write(tmp_path / "own.py", text))


def test_what_is_no_file_is_refused_in_words(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    for path, words in (
        (tmp_path, "not a file|cannot be read"),
        (tmp_path / "pipe.py", "not a file"),
        ("/no", "check"),
    ):
        with pytest.raises(UserFileError, match=words):
            read_program(path)


def test_functions_are_found_guarded_and_checked(tmp_path: Path) -> None:
    text = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n\n"
        "@dataclass\nclass Pair:\n    a: int\n\n"
        "def predict_reward(observations, actions):\n    return observations[:, 0]\n\n"
        "def candidates(observation, n, rng):\n    raise KeyError('no idea')\n"
    )
    file = loaded(write(tmp_path / "own.py", text))
    assert file.function("predict_next", required=False) is None
    with pytest.raises(
        UserFileError, match="defines no function 'predict_next'; it defines Pair, predict_reward, cand"
    ):
        file.function("predict_next")
    with pytest.raises(UserFileError, match=r"own\.py, line 12, in candidates: KeyError: 'no idea'"):
        file.function("candidates")(np.zeros(3), 5, None)
    value = file.function("predict_reward")(np.ones((4, 3)), None)
    np.testing.assert_array_equal(array_of(value, (4,), file, "predict_reward"), np.ones(4))
    assert array_of(np.ones((4, 1)), (4,), file, "predict_reward").shape == (4,)
    for wrong in (np.ones(3), np.ones((2, 2)), "text", None, [1.0, np.nan, 1.0, 1.0]):
        with pytest.raises(UserFileError, match=r"own\.py: predict_reward returned"):
            array_of(wrong, (4,), file, "predict_reward")
