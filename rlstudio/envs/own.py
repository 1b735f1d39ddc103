"""The environments that the studio brings itself, and their registration with Gymnasium."""

from __future__ import annotations

NAMESPACE = "rlstudio"
_MOST_STEPS = 15  # as many as there are bits: enough for any goal
_ENTRY_POINT = "rlstudio.envs.bit_flipping:BitFlippingEnv"
_KWARGS: dict[str, dict[str, object]] = {
    f"{NAMESPACE}/BitFlipping-v0": {},
    f"{NAMESPACE}/BitFlippingContinuous-v0": {"continuous": True},
}

OUR_IDS = tuple(_KWARGS)


def register_ours() -> None:
    """Make them known to Gymnasium; once is enough, twice does no harm."""
    import gymnasium

    for env_id, kwargs in _KWARGS.items():
        if env_id not in gymnasium.registry:
            gymnasium.register(env_id, entry_point=_ENTRY_POINT, max_episode_steps=_MOST_STEPS, kwargs=kwargs)
