"""User code: functions and classes from one Python file of the user's own, run only with consent, checked when used.

A parameter that names such a file is declared with `param("", program=True, …)`: the window then asks before a job that
uses it is started, the command line wants `--trust-file`, and the job carries the consent (`core.trusted_files`). An
algorithm loads it with

    file = load_user_file(params.file)
    candidates = file.function("candidates", required=False)

and may look for these names, which mean the same everywhere (n rows at a time, float32; `action_dim` is 1 and whole
numbers are meant where actions are discrete):

    candidates(observation, n, rng) -> (n, action_dim)      actions to choose from in a state of shape (obs_dim,);
                                                            `rng` is a numpy Generator
    predict_reward(observations, actions) -> (n,)           from (n, obs_dim) and (n, action_dim)
    predict_next(observations, actions) -> (n, obs_dim)     the observations that follow
    act(observation, info) -> action or (action, note)      a whole policy: see `algorithms.user_policy`

What a function returns goes through `array_of` where an array is meant. Everything that goes wrong in the file, from a
SyntaxError to an exception in a call, is a UserFileError (a ValueError) that names file and line. A policy that depends
on the file puts `settings[PROGRAMS] = file.programs` into its `state()`, never code; `load_saved_file(settings)` in
`from_state` refuses a file that is another one by now. The file stands alone: it can import what is installed, but no
file beside it.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rlstudio.core.trusted_files import PROGRAMS, UserFileError, read_trusted, saved_programs

__all__ = ["PROGRAMS", "UserFile", "UserFileError", "array_of", "load_saved_file", "load_user_file"]


@dataclass(frozen=True)
class UserFile:
    """A file that was executed once: its module, and what is needed to find the very same file again."""

    path: str
    sha256: str
    module: ModuleType
    code: CodeType

    def executed_again(self) -> UserFile:
        """The same bytes in a module of their own, whatever stands on disk by now. Raises UserFileError."""
        return replace(self, module=_execute(self.code, self.path, self.sha256))

    @property
    def programs(self) -> list[list[str]]:
        """What a policy's settings hold under PROGRAMS."""
        return [[self.path, self.sha256]]

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return Path(self.path).name

    def has(self, name: str) -> bool:
        """Whether the file defines something callable of that name."""
        return callable(getattr(self.module, name, None))

    def function(self, name: str, *, required: bool = True) -> Callable[..., Any] | None:
        """The function of that name, its exceptions told in words; None where there is none and none is `required`.

        Raises:
            UserFileError: it is missing.
        """
        if self.has(name):
            return self.guarded(getattr(self.module, name), name)
        if required:
            raise UserFileError(f"{self.path} defines no function {name!r}; {self._defined()}")
        return None

    def guarded(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        """`call` with every exception turned into a UserFileError that says file, line and `name`."""

        def guarded_call(*arguments: Any, **named: Any) -> Any:
            try:
                return call(*arguments, **named)
            except (Exception, SystemExit) as error:
                raise self.fault(error, name) from error

        return guarded_call

    def fault(self, error: BaseException, name: str) -> UserFileError:
        """What an exception that came out of `name` means, in words."""
        return UserFileError(f"{_place(self.path, error)}, in {name}: {_words(error)}")

    def _defined(self) -> str:
        own = [
            key
            for key, value in vars(self.module).items()
            if callable(value) and getattr(value, "__module__", "") == self.module.__name__
        ]
        return f"it defines {', '.join(own)}" if own else "it defines no function at all"


def load_user_file(path: str | Path, sha256: str | None = None) -> UserFile:
    """Execute a trusted file; the bytes that are compiled are the bytes whose hash was compared.

    Args:
        sha256: the hash it must have, when a saved policy depends on that very file.

    Raises:
        NotTrustedError: nobody agreed to run it.
        UserFileError: it cannot be read, is another file by now, has a SyntaxError, or raised when it was executed.
    """
    found, content = read_trusted(path)
    if sha256 is not None and found.sha256 != sha256:
        raise UserFileError(
            f"{found.path} has changed since this policy was saved (SHA-256 {sha256[:8]}… then, "
            f"{found.sha256[:8]}… now): bring the old file back, or train again with the new one"
        )
    try:
        code = compile(content, found.path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:  # ValueError: null bytes
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise UserFileError(f"{found.path}{line}: {_words(error)}") from error
    return UserFile(found.path, found.sha256, _execute(code, found.path, found.sha256), code)


def _execute(code: CodeType, path: str, sha256: str) -> ModuleType:
    module = ModuleType(f"rlstudio_user_file_{sha256[:16]}")
    module.__file__ = path
    sys.modules[module.__name__] = module  # dataclasses and type hints look their module up there
    try:
        exec(code, module.__dict__)
    except (Exception, SystemExit) as error:
        raise UserFileError(f"{_place(path, error)}: {_words(error)}") from error
    return module


def load_saved_file(settings: Mapping[str, Any]) -> UserFile:
    """The one file that a saved policy's settings name. Raises as `load_user_file`; ValueError where none is named."""
    programs = saved_programs(settings)
    if len(programs) != 1:
        raise ValueError(f"its settings name {len(programs)} files of Python code where one is needed")
    return load_user_file(*programs[0])


def array_of(value: Any, shape: tuple[int, ...], file: UserFile, name: str) -> NDArray[np.float32]:
    """What function `name` of `file` returned, as float32 numbers of that shape; (n,) may come as (n, 1) and back.

    Raises:
        UserFileError: it is of another shape, not numbers, or not finite.
    """
    try:
        array = np.asarray(value, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise UserFileError(f"{file.path}: {name} returned {_shown(value)}, which is no array of numbers") from error
    if array.shape != shape:
        same_rows = array.shape[:1] == shape[:1] and array.size == int(np.prod(shape))
        if not same_rows or array.ndim + len(shape) != 3:
            raise UserFileError(f"{file.path}: {name} returned shape {array.shape} where {shape} is needed")
        array = array.reshape(shape)
    if not np.isfinite(array).all():
        raise UserFileError(f"{file.path}: {name} returned numbers that are not finite")
    return array


def _place(path: str, error: BaseException) -> str:
    """The file and the innermost of its own lines that an exception passed through."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return f"{path}, line {lines[-1]}" if lines else path


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
