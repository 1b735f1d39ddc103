"""A run of Stable-Baselines3's as a Python script that needs that library alone: to read, to change, to run elsewhere.

The script trains by the same algorithm with the same settings. Its numbers are not those of the run: the studio seeds
environments and steps them in its own way.
"""

from __future__ import annotations

import inspect
from typing import Any

from gymnasium import spaces
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm

from rlstudio.algorithms.sb3 import build
from rlstudio.algorithms.sb3.names import arguments
from rlstudio.algorithms.sb3.spaces import ActionBridge, ObservationBridge
from rlstudio.core.run_config import RunConfig
from rlstudio.envs.encoder import is_picture

_MASKS = '''
class Masked(gym.Wrapper):
    """Says which actions are allowed, where the environment tells so in its info."""

    def reset(self, **kwargs):
        observation, self.info = self.env.reset(**kwargs)
        return observation, self.info

    def step(self, action):
        *rest, self.info = self.env.step(action)
        return *rest, self.info

    def action_masks(self):
        mask = np.asarray(self.info.get("action_mask", np.ones(self.action_space.n)), bool)
        return mask if mask.any() else np.ones(self.action_space.n, bool)

'''
_STOP = '''
class StopAt(BaseCallback):
    """Ends the training once the mean return of the last WINDOW episodes reaches STOP_AT."""

    def _on_step(self):
        returns = [episode["r"] for episode in self.model.ep_info_buffer]
        return len(returns) < WINDOW or sum(returns) / len(returns) < STOP_AT

'''
_EPISODES = '''
class Episodes(BaseCallback):
    """Ends the training after EPISODES episodes; schedules follow them, or the steps if those come first."""

    def _on_training_start(self):
        self.done = 0
        self.model._update_current_progress_remaining = self.follow

    def follow(self, num_timesteps, total_timesteps):
        progress = max(num_timesteps / total_timesteps, self.done / EPISODES)
        self.model._current_progress_remaining = 1.0 - min(1.0, progress)

    def _on_step(self):
        self.done += int(sum(self.locals["dones"]))
        return self.done < EPISODES

    def _on_training_end(self):
        del self.model._update_current_progress_remaining

'''


class NoScriptError(ValueError):
    """Why there is no such script, in words."""


def sb3_script(
    config: RunConfig, params: Any, observation_space: Any, action_space: Any, step_limit: int | None
) -> str:
    """The script, without its opening words.

    Args:
        params: the algorithm's, validated.
        observation_space, action_space: of one copy of the environment, its own.
        step_limit: where the environment has no limit of its own.

    Raises:
        NoScriptError: where the studio carries observations or actions over that the library does not take itself.
    """
    _check(observation_space, action_space)
    if config.algorithm == "ars" and (config.episodes is not None or config.stop_at is not None):
        raise NoScriptError("Stable-Baselines3's ARS is ended by a number of steps alone")
    script = _Script(config, params, observation_space, action_space, step_limit)
    return script.text()


def _check(observation_space: Any, action_space: Any) -> None:
    parts = (
        list(observation_space.spaces.values()) if isinstance(observation_space, spaces.Dict) else [observation_space]
    )
    for part in parts:
        if not isinstance(part, spaces.Box | spaces.Discrete | spaces.MultiBinary):
            raise NoScriptError(f"Stable-Baselines3 takes no observations of {type(part).__name__} by itself")
        if is_picture(part) and not ObservationBridge(part).is_picture:
            raise NoScriptError("Stable-Baselines3 takes no pictures as small as this environment's")
        if isinstance(part, spaces.MultiBinary) and len(part.shape) != 1:
            raise NoScriptError("Stable-Baselines3 takes no switches in several dimensions by itself")
    for part in (*parts, action_space):
        if isinstance(part, spaces.Discrete) and int(part.start) != 0:
            raise NoScriptError("Stable-Baselines3 counts choices from 0, and this environment from another number")


class _Script:
    def __init__(self, config: RunConfig, params: Any, observation_space: Any, action_space: Any, limit: int | None):
        self._config, self._params, self._limit = config, params, limit
        self._observations = ObservationBridge(observation_space, flat=config.algorithm == "ars")
        self._actions = ActionBridge(action_space).space
        self._base = build.base_key(config.algorithm, params, self._actions)
        self._model: Any = build.MODELS[self._base]
        if config.algorithm == "ars":
            self._model = self._model.__base__  # the library's own, of which the studio's is a kind
        self._masked = self._base == "maskable_ppo"
        self._imports = {("stable_baselines3.common.env_util", "make_vec_env")}
        self._modules = {"import gymnasium as gym", "import numpy as np"} if self._masked else set()

    def text(self) -> str:
        """Imports last: what the rest asked for is known then."""
        main, helpers = self._main(), self._helpers()
        library = "stable_baselines3" if self._model.__module__.startswith("stable_baselines3") else "sb3_contrib"
        self._imports.add((library, self._model.__name__))
        modules: dict[str, list[str]] = {}
        for module, name in sorted(self._imports):
            modules.setdefault(module, []).append(name)
        imports = [*sorted(self._modules), *(f"from {m} import {', '.join(n)}" for m, n in sorted(modules.items()))]
        return "\n".join([*imports, "", *self._constants(), "", *([helpers.rstrip() + "\n"] if helpers else []), main])

    def _constants(self) -> list[str]:
        config = self._config
        rows = [
            f"ENV = {literal(config.env)}",
            f"ENV_OPTIONS = {literal(self._env_options())}",
            f"SEED = {config.seed}",
        ]
        if config.steps is not None:
            rows.append(f"STEPS = {config.steps:_}")
        if config.episodes is not None:
            rows.append(f"EPISODES = {config.episodes:_}")
        rows.append(f"WINDOW = {config.window}")
        if config.stop_at is not None:
            rows.append(f"STOP_AT = {literal(config.stop_at)}")
        return rows

    def _env_options(self) -> dict[str, Any]:
        limit = {} if self._limit is None else {"max_episode_steps": self._limit}
        return {**limit, **self._config.env_kwargs}

    def _helpers(self) -> str:
        stop, episodes = self._config.stop_at is not None, self._config.episodes is not None
        if stop or episodes:
            self._imports.add(("stable_baselines3.common.callbacks", "BaseCallback"))
        return (_MASKS if self._masked else "") + (_STOP if stop else "") + (_EPISODES if episodes else "")

    def _main(self) -> str:
        evaluation = "sb3_contrib.common.maskable.evaluation" if self._masked else "stable_baselines3.common.evaluation"
        self._imports.add((evaluation, "evaluate_policy"))
        wrapper = ", wrapper_class=Masked" if self._masked else ""
        n_envs = self._params.n_envs
        lines = [f"env = make_vec_env(ENV, n_envs={n_envs}, seed=SEED, env_kwargs=ENV_OPTIONS{wrapper})"]
        normalised = self._normaliser()
        lines += normalised
        lines += ["model = " + self._call(), f"model.learn({', '.join(self._learn())})", 'model.save("model")', ""]
        if normalised:
            lines += ['env.save("normaliser.pkl")', "env.training = env.norm_reward = False"]
        lines += [
            "mean, deviation = evaluate_policy(model, env, n_eval_episodes=10)",
            'print(f"mean return of 10 greedy episodes: {mean:.2f} ± {deviation:.2f}")',
        ]
        body = "\n".join(f"    {line}".rstrip() for part in lines for line in part.split("\n"))
        return f'\nif __name__ == "__main__":\n{body}\n'

    def _normaliser(self) -> list[str]:
        """As `build.normalised` does it."""
        space = self._observations.space
        wanted = bool(getattr(self._params, "normalise_observations", False))
        rewards = bool(getattr(self._params, "normalise_rewards", False))
        keys = None
        if isinstance(space, spaces.Dict):
            keys = [key for key, part in space.spaces.items() if build.is_numbers(part)]
            wanted = wanted and bool(keys)
        else:
            wanted = wanted and build.is_numbers(space)
        if not wanted and not rewards:
            return []
        self._imports.add(("stable_baselines3.common.vec_env", "VecNormalize"))
        which = f", norm_obs_keys={literal(keys)}" if keys else ""
        discount = literal(float(getattr(self._params, "discount", 0.99)))
        return [f"env = VecNormalize(env, norm_obs={wanted}, norm_reward={rewards}, gamma={discount}{which})"]

    def _learn(self) -> list[str]:
        """Arguments of `learn`; without a budget in steps, one that episodes end first."""
        config = self._config
        callbacks = ["StopAt()"] if config.stop_at is not None else []
        if config.episodes is not None:
            callbacks.append("Episodes()")
        steps = "STEPS" if config.steps is not None else "10**9"
        return [steps, *([f"callback=[{', '.join(callbacks)}]"] if callbacks else [])]

    def _call(self) -> str:
        settings = build.policy_settings(self._base, self._params, self._observations, self._actions)
        rows = [f"{literal(settings['policy'])}", "env"]
        rows += [f"{name}={value}" for name, value in self._arguments().items()]
        for_policy = dict(settings["arguments"])
        for_policy.pop("use_sde", None)  # the model hands it on
        activation = for_policy.pop("activation_fn", None)
        if for_policy or activation:
            parts = [f"{name}={literal(value)}" for name, value in for_policy.items()]
            if activation:
                self._modules.add("import torch")
                parts.append(f"activation_fn=torch.nn.{build.ACTIVATIONS[activation].__name__}")
            rows.append(f"policy_kwargs=dict({', '.join(parts)})")
        device = "cpu" if self._config.device == "auto" else self._config.device
        if "stats_window_size" in inspect.signature(self._model.__init__).parameters:
            rows.append("stats_window_size=WINDOW")
        rows += ["seed=SEED", f"device={literal(device)}", "verbose=1"]
        return f"{self._model.__name__}(\n" + "".join(f"    {row},\n" for row in rows) + ")"

    def _arguments(self) -> dict[str, str]:
        """As `build.build_model` gives them, each as it is written."""
        accepted = inspect.signature(self._model.__init__).parameters
        found = {name: literal(value) for name, value in arguments(self._params).items() if name in accepted}
        if "auto" in found.get("ent_coef", "") and not self._base.endswith(("sac", "tqc")):
            del found["ent_coef"]
        if "use_sde" in found and not isinstance(self._actions, spaces.Box):
            found["use_sde"] = "False"
        found["learning_rate"] = self._scheduled("learning_rate")
        if "clip_range" in found:
            found["clip_range"] = self._scheduled("clip_range")
        if issubclass(self._model, OffPolicyAlgorithm) and "action_noise" in accepted:
            found |= self._noise()
        if self._config.algorithm == build.HER:
            self._imports.add(("stable_baselines3", "HerReplayBuffer"))
            goals = {name: getattr(self._params, name) for name in ("n_sampled_goal", "goal_selection_strategy")}
            found |= {"replay_buffer_class": "HerReplayBuffer", "replay_buffer_kwargs": literal(goals)}
        return found

    def _scheduled(self, name: str) -> str:
        value = literal(getattr(self._params, name))
        if getattr(self._params, f"{name}_schedule", "constant") != "linear":
            return value
        self._imports.add(("stable_baselines3.common.utils", "LinearSchedule"))
        return f"LinearSchedule({value}, 0.0, 1.0)"

    def _noise(self) -> dict[str, str]:
        sigma = float(getattr(self._params, "action_noise", 0.0))
        if sigma == 0.0:
            return {}
        self._modules.add("import numpy as np")
        drifting = getattr(self._params, "action_noise_kind", "gaussian") != "gaussian"
        kind = "OrnsteinUhlenbeckActionNoise" if drifting else "NormalActionNoise"
        self._imports.add(("stable_baselines3.common.noise", kind))
        shape = self._actions.shape
        return {"action_noise": f"{kind}(np.zeros({shape}), np.full({shape}, {literal(sigma)}))"}


def literal(value: Any) -> str:
    """A plain value as Python writes it. Raises NoScriptError for another one."""
    if (isinstance(value, float) and value != value) or value in (float("inf"), float("-inf")):
        return f'float("{value}")'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    if value is None or isinstance(value, bool | int | float | str):
        return ascii(value)
    raise NoScriptError(f"a {type(value).__name__} cannot be written into a script")
