"""Words for the environments that the studio brings itself."""

from __future__ import annotations

from dataclasses import replace

from rlstudio.envs.words.base import GOALS, EnvironmentWords, numbers

_BITS = range(1, 16)

_BIT_FLIPPING = EnvironmentWords(
    title="Bit Flipping",
    family=GOALS,
    summary="Turn a row of 15 bits into another one, which is drawn anew each episode; reward comes only at the end.",
    observation=numbers(
        *(f"reached bit {i}" for i in _BITS), *(f"wanted bit {i}" for i in _BITS), *(f"bit {i}" for i in _BITS)
    ),
    choices=tuple(f"flip bit {i}" for i in _BITS),
    picture_steps=0,
)

WORDS: dict[str, EnvironmentWords] = {
    "BitFlipping": _BIT_FLIPPING,
    "BitFlippingContinuous": replace(
        _BIT_FLIPPING,
        title="Bit Flipping, continuous",
        summary="Turn a row of 15 bits into another one by 15 numbers a step: those above 0 flip their bit.",
        action=numbers(*(f"flip bit {i} if above 0" for i in _BITS)),
        choices=(),
    ),
}
