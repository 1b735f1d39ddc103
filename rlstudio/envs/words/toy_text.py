"""Words for toy text: small worlds of numbered states."""

from __future__ import annotations

from dataclasses import replace

from rlstudio.envs.words.base import TOY_TEXT, EnvironmentWords, grid_decoder, numbers

_TAXI_STATES = 500  # 5 rows × 5 columns × 5 passenger places × 4 destinations


def _decode_taxi(state: int, n_states: int) -> tuple[int, ...] | None:
    """(row, column, passenger, destination), the reverse of TaxiEnv.encode."""
    if n_states != _TAXI_STATES:
        return None
    rest, destination = divmod(state, 4)
    rest, passenger = divmod(rest, 5)
    row, column = divmod(rest, 5)
    return row, column, passenger, destination


_LAKE = EnvironmentWords(
    title="Frozen Lake",
    family=TOY_TEXT,
    docs="toy_text/frozen_lake/",
    summary="Cross a frozen lake to the goal without falling into a hole; the ice is slippery.",
    observation=numbers("row", "column"),
    choices=("left", "down", "right", "up"),
    decode=grid_decoder(),
    states="the cell the agent stands on",
    picture_steps=1,
)

_CLIFF = EnvironmentWords(
    title="Cliff Walking",
    family=TOY_TEXT,
    docs="toy_text/cliff_walking/",
    summary="Walk along a cliff to the goal; a step over the edge costs 100 and leads back to the start.",
    observation=numbers("row", "column"),
    choices=("up", "right", "down", "left"),
    decode=grid_decoder(columns=12),
    states="the cell the agent stands on",
    picture_steps=3,
)

WORDS: dict[str, EnvironmentWords] = {
    "FrozenLake": _LAKE,
    "FrozenLake8x8": replace(_LAKE, title="Frozen Lake, 8×8"),
    "CliffWalking": _CLIFF,
    "CliffWalkingSlippery": replace(
        _CLIFF,
        title="Cliff Walking, slippery",
        summary="Walk along a slippery cliff to the goal; a slip over the edge costs 100 and leads back to the start.",
    ),
    "Taxi": EnvironmentWords(
        title="Taxi",
        family=TOY_TEXT,
        docs="toy_text/taxi/",
        summary="Fetch a passenger and drive them to where they want to go, in as few moves as possible.",
        observation=numbers(
            "taxi row",
            "taxi column",
            "passenger (0 red, 1 green, 2 yellow, 3 blue, 4 in the taxi)",
            "destination (0 red, 1 green, 2 yellow, 3 blue)",
        ),
        choices=("south", "north", "east", "west", "pick up", "drop off"),
        decode=_decode_taxi,
        states="where the taxi, the passenger and the destination are",
        picture_steps=2,
    ),
    "Blackjack": EnvironmentWords(
        title="Blackjack",
        family=TOY_TEXT,
        docs="toy_text/blackjack/",
        summary="Take cards to come closer to 21 than the dealer, without going over.",
        observation=numbers("your sum", "dealer's card (1 is an ace)", "usable ace (0 no, 1 yes)"),
        choices=("stick", "hit"),
        picture_steps=0,
    ),
}
