"""StudioEnv: the one wrapper around every environment. A time limit, and three mends.

1. `close()` of classic-control and toy-text environments calls the global `pygame.quit()`, which takes pygame away from
   every other environment of the process. Here it closes its own environment alone.
2. BipedalWalker reuses its Box2D world: after earlier episodes the same seed and actions give other numbers. It gets a
   fresh world before each reset.
3. LunarLander's flames are bodies of its Box2D world that collide with the ground, which it has only while it is
   rendered. Here they touch nothing, so that a watched episode is the unwatched one, to the bit.

And toy text draws its luck quickly, see quick_draws.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gymnasium as gym

from rlstudio.envs.journal import Journal
from rlstudio.envs.quick_draws import quicken_draws


def _do_nothing(*_: Any, **__: Any) -> None:
    pass


@contextmanager
def pygame_kept_alive() -> Iterator[None]:
    """Inside, `pygame.quit()` and `pygame.display.quit()` do nothing."""
    pygame: Any = sys.modules.get("pygame")
    if pygame is None:  # nobody has rendered yet
        yield
        return
    quit_all, quit_display = pygame.quit, pygame.display.quit
    pygame.quit = pygame.display.quit = _do_nothing
    try:
        yield
    finally:
        pygame.quit, pygame.display.quit = quit_all, quit_display


def _is_of(env: Any, module: str, name: str) -> bool:
    """Whether `env` is of that class, without importing the module for it."""
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(env, getattr(loaded, name))


def _fresh_world(walker: Any) -> None:
    """Empty BipedalWalker's old world and give it a new one, as LunarLander's own reset does."""
    import Box2D

    walker._destroy()
    walker.world = Box2D.b2World()


def _make_particles_harmless(lander: Any) -> None:
    """Let the flames of a LunarLander collide with nothing: without contacts they cannot touch the physics."""
    create: Callable[..., Any] = lander._create_particle

    def create_harmless(*args: Any) -> Any:
        particle = create(*args)
        for fixture in particle.fixtures:
            fixture.filterData.maskBits = 0
        return particle

    lander._create_particle = create_harmless


class StudioEnv(gym.wrappers.TimeLimit[Any, Any]):
    """An environment as the studio uses it; see the top of this file. Truncates after `max_episode_steps`.

    `last_observation` is that of the last step. In training a `journal` is kept, see envs.whereabouts.
    """

    def __init__(self, env: gym.Env[Any, Any], max_episode_steps: int) -> None:
        super().__init__(env, max_episode_steps)
        self.max_episode_steps = max_episode_steps
        self.last_observation: Any = None
        self.journal: Journal | None = None
        inner: Any = env.unwrapped
        self._inner = inner
        self._reuses_world = _is_of(inner, "gymnasium.envs.box2d.bipedal_walker", "BipedalWalker")
        quicken_draws(inner)
        if _is_of(inner, "gymnasium.envs.box2d.lunar_lander", "LunarLander"):
            _make_particles_harmless(inner)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode, in a fresh physics world where the environment would have kept the old one."""
        if self._reuses_world:
            _fresh_world(self.unwrapped)
        if self.journal is not None:
            self.journal.begin(self._inner, seed)
        result = super().reset(seed=seed, options=options)
        if self.journal is not None:
            self.journal.first_observation = result[0]
        return result

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """One step; its observation is kept, for it says why an episode ended.

        What TimeLimit does is written out: the call that this saves pays for the journal.
        """
        if self.journal is not None:
            self.journal.note(action)
        observation, reward, terminated, truncated, info = self.env.step(action)
        elapsed: Any = self._elapsed_steps
        self._elapsed_steps = elapsed = elapsed + 1
        if elapsed >= self.max_episode_steps:
            truncated = True
        self.last_observation = observation
        return observation, reward, terminated, truncated, info

    def close(self) -> None:
        """Close this environment and leave pygame to the others."""
        with pygame_kept_alive():
            super().close()
