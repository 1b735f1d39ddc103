"""SB3Learner: an algorithm of Stable-Baselines3 or sb3-contrib that learns inside a run of the studio.

The library's own loop runs; it is told of time, life and stop from three places: the environment (`StudioVecEnv` ticks
before each step), the optimisers (a hook after each gradient step breathes) and the end of each update (a row of its
diagnostics). Who stops, raises: StopTraining passes through the library's loop, and the model stays whole.

On a resume the environments begin new episodes, an on-policy rollout that was not full is dropped, and of HER's replay
buffer the episode that was under way is never drawn from; all else goes on where it was.
"""

from __future__ import annotations

import copy
import io
import sys
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from rlstudio.algorithms.base import Learner, LearnerState, Run
from rlstudio.algorithms.blocks.randomness import acting_seed, environment_seed, generator_state, load_generator
from rlstudio.algorithms.sb3 import build
from rlstudio.algorithms.sb3.foresight import Foresight
from rlstudio.algorithms.sb3.live import apply_param
from rlstudio.algorithms.sb3.logger import UpdateLogger
from rlstudio.algorithms.sb3.normalising import observation_statistics
from rlstudio.algorithms.sb3.policy import SB3Policy
from rlstudio.algorithms.sb3.random_state import RandomState, untouched
from rlstudio.algorithms.sb3.snapshot import load_model, optimisers, save_model
from rlstudio.algorithms.sb3.spaces import ActionBridge, ObservationBridge
from rlstudio.algorithms.sb3.vec_env import StudioVecEnv

ROW_EVERY = 100
"""Steps between two rows of diagnostics at least: some algorithms update at every step."""

_FORESEES = ("sb3_dqn", "qrdqn")
_FOR_EVER = sys.maxsize
_OURS = (
    *("train", "_do_one_update", "_update_current_progress_remaining"),
    *("on_candidate", "_copy_actors", "_playing", "_fresh", "action_noise"),
)
"""Attributes of a model that the studio put there: nothing for a file that others read."""


class SB3Learner(Learner):
    """Learns on a SyncVectorEnv, whose copies it steps and resets itself.

    `key` names the algorithm; its subclasses are in `learners.py`.
    """

    key: ClassVar[str]

    def __init__(self, env: Any, params: Any, seed: int, device: str) -> None:
        self._params = params.model_copy()
        self._seed = seed
        self._spaces = env.single_observation_space, env.single_action_space
        observations = ObservationBridge(self._spaces[0], flat=self.key == "ars")
        actions = ActionBridge(self._spaces[1])
        self._copies = StudioVecEnv(env.envs, observations, actions)
        self._base = build.base_key(self.key, params, actions.space)
        self._settings = build.policy_settings(self._base, params, observations, actions.space)
        with untouched():
            seen = build.normalised(self._copies, params)
            model_seed = acting_seed(seed) % 2**32
            self._model = build.build_model(self.key, params, seen, self._settings, model_seed, device)
            self._random = RandomState.now()
        self._log = UpdateLogger()
        self._model.set_logger(self._log)
        made_by = env.envs[0].spec
        self._model.studio_env = made_by.id if made_by else ""  # told to who opens the model's file later
        if self.key in _FORESEES:
            self._copies.foresight = Foresight(self._model, self._log, self._copies.num_envs)
        self._run: Run | None = None
        self._next_row = 0
        self._resumed = False
        self._listen()

    # ------------------------------------------------------------ learning

    def _listen(self) -> None:
        """Put our ears into the model: at each gradient step, at each update, at its question how far the run is."""
        model = self._model
        for optimiser in optimisers(model).values():
            optimiser.register_step_post_hook(lambda *_: self._breathe())
        model._update_current_progress_remaining = self._update_progress
        if self._base == "ars":
            model.on_candidate = self._breathe
            model._do_one_update = self._then_log(model._do_one_update)
        else:
            model.train = self._then_log(model.train)

    def _breathe(self) -> None:
        if self._run is not None:
            self._run.breathe()

    def _update_progress(self, *_: Any) -> None:
        if self._run is not None:
            self._model._current_progress_remaining = 1.0 - self._run.progress

    def _then_log(self, update: Any) -> Any:
        def updated(*args: Any, **kwargs: Any) -> None:
            if self.key == build.HER and not self._model.replay_buffer.ep_length.any():
                return  # hindsight needs one whole episode
            update(*args, **kwargs)
            self._after_update()

        return updated

    def _after_update(self) -> None:
        run, model = self._run, self._model
        assert run is not None
        run.say(self._words())
        if model.num_timesteps < self._next_row:
            run.log()
            return
        self._next_row = model.num_timesteps + ROW_EVERY
        if self.key == build.HER and model.ep_success_buffer:
            self._log.record("rollout/success_rate", np.mean(model.ep_success_buffer))
        run.log(**self._log.take())

    def _words(self) -> str:
        buffer = getattr(self._model, "replay_buffer", None)
        if buffer is not None:
            return f"learning from {buffer.size() * buffer.n_envs:,} remembered transitions"
        if self._base == "ars":
            return f"playing {self._model.pop_size} candidates for update {self._model._n_updates + 1:,}"
        return f"gathering {self._model.n_steps * self._model.n_envs:,} steps with the updated policy"

    def learn(self, run: Run) -> None:
        """Until `run` raises StopTraining, which passes."""
        model = self._model
        self._run = run
        if hasattr(model, "replay_buffer"):
            run.say(f"filling the replay buffer: {model.learning_starts:,} random steps first")
        if self._resumed and hasattr(getattr(model, "replay_buffer", None), "_current_ep_start"):
            model.replay_buffer._current_ep_start[:] = model.replay_buffer.pos
        outside = RandomState.now()
        self._random.restore()
        try:
            self._copies.begin(run, environment_seed(self._seed, model.num_timesteps))
            model.learn(total_timesteps=_FOR_EVER, log_interval=None, reset_num_timesteps=False)
        finally:
            self._random = RandomState.now()
            outside.restore()
            self._run = None

    # ------------------------------------------------------------ what the run asks for

    def policy(self) -> SB3Policy:
        """Shares the model's networks where those are on the CPU; draws from a generator of its own."""
        model, settings = self._model, dict(self._settings)
        if hasattr(model, "exploration_rate"):
            settings["epsilon"] = float(model.exploration_rate)
        if getattr(model, "action_noise", None) is not None:
            settings["noise"] = float(model.action_noise.sigma)
        statistics = observation_statistics(model.get_vec_normalize_env())
        networks = model.policy
        if networks.device.type != "cpu":
            networks = copy.deepcopy(networks).to("cpu")
        return SB3Policy(networks, settings, *self._spaces, statistics)

    def set_param(self, name: str, value: Any) -> None:
        setattr(self._params, name, value)
        apply_param(self._model, self._params, name)

    def state(self) -> LearnerState:
        arrays, values = save_model(self._model)
        random_arrays, random_values = (RandomState.now() if self._run is not None else self._random).save()
        values |= {
            "random": random_values,
            "action_space": generator_state(self._model.action_space.np_random),
            "log": self._log.state(),
            "next_row": self._next_row,
        }
        return LearnerState({**arrays, **random_arrays}, values)

    def load_state(self, state: LearnerState) -> None:
        values = state.values
        load_model(self._model, state.arrays, values)
        self._random = RandomState.load(state.arrays, values["random"])
        load_generator(self._model.action_space.np_random, values["action_space"])
        self._log.load_state(values["log"])
        self._next_row = int(values["next_row"])
        self._resumed = True

    def files(self) -> dict[str, bytes]:
        """The model in Stable-Baselines3's own format."""
        written = io.BytesIO()
        self.export_zip(written)
        return {"model.zip": written.getvalue()}

    def export_zip(self, path: Path | io.BytesIO) -> None:
        """Write the model as Stable-Baselines3's own .zip, for `PPO.load` and the like elsewhere."""
        self._model.save(path, exclude=list(_OURS))
