"""A model that plain Stable-Baselines3 saved, recognised: which algorithm, which networks, which hyperparameters.

The networks follow from the names and shapes of the tensors; what those do not tell (the activation, which algorithm of
those with the same networks) from the plain fields beside them. What cannot be known for sure is refused in words.

| tensors | algorithm |
| --- | --- |
| `lstm_actor…` | Recurrent PPO |
| `mlp_extractor…`, `action_net`, `value_net` | PPO, A2C, TRPO or Maskable PPO, as the fields say |
| `q_net…` | DQN |
| `quantile_net…` | QR-DQN |
| `actor.log_std…`, `critic.qf0…` | SAC; TQC where a critic gives several numbers |
| `actor.mu.0…`, `critic.qf0…` | TD3; DDPG where there is one critic |
| `action_net.0…` alone | ARS |
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from rlstudio.algorithms.base import Arrays
from rlstudio.algorithms.sb3.foreign_needs import Needs, layers_of, needs_of
from rlstudio.algorithms.sb3.foreign_params import told_params

TARGETS = ("critic_target.", "actor_target.", "q_net_target.", "quantile_net_target.")
_ACTOR_CRITICS = ("sb3_ppo", "sb3_a2c", "trpo", "maskable_ppo", "recurrent_ppo")
_TANH = _ACTOR_CRITICS
"""Algorithms whose networks have tanh where nothing else is said; the others have relu."""
_ACTIVATIONS = {"Tanh": "tanh", "ReLU": "relu"}
_EXTRACTORS = ("FlattenExtractor", "NatureCNN", "CombinedExtractor")


class ForeignModelError(ValueError):
    """A model that cannot be played here, in words."""


@dataclass(frozen=True)
class ForeignModel:
    """A model that this program can play.

    Attributes:
        algorithm: key of the algorithm here.
        settings: what its policy is built from, as `build.policy_settings` would give it.
        arrays: the policy's tensors, without those of target networks.
        params: all hyperparameters of the algorithm; `unknown` names those that the file does not tell, which are at
            their defaults.
        steps: environment steps that it was trained for.
        env: the environment's id, "" where the file does not name it, and only one written here does.
    """

    algorithm: str
    settings: dict[str, Any]
    arrays: Arrays
    params: dict[str, Any]
    unknown: tuple[str, ...]
    needs: Needs
    steps: int
    seed: int
    env: str
    version: str


def recognise(data: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], version: str = "") -> ForeignModel:
    """What kind of model these plain fields and tensors are of.

    Raises:
        ForeignModelError: where it is of no kind that is known here, or does not say what must be known.
    """
    arrays = {name: array for name, array in tensors.items() if not name.startswith(TARGETS)}
    key = _algorithm(arrays, data)
    settings = _settings(key, arrays, data)
    params, unknown = told_params(key, settings, data)
    steps, seed = data.get("num_timesteps"), data.get("seed")
    return ForeignModel(
        algorithm=key,
        settings=settings,
        arrays=arrays,
        params=params,
        unknown=unknown,
        needs=needs_of(key, arrays, settings, numbers_act=_is_space(data.get("action_space"), "box.Box")),
        steps=steps if type(steps) is int and 0 <= steps <= 10**10 else 0,
        seed=seed if type(seed) is int and 0 <= seed < 2**31 else 0,
        env=env if isinstance(env := data.get("studio_env"), str) and len(env) <= 200 else "",
        version=version,
    )


# ------------------------------------------------------------ which algorithm


def _algorithm(arrays: Arrays, data: Mapping[str, Any]) -> str:
    tops = {name.split(".")[0] for name in arrays}
    if any(name.startswith("mlp_extractor.shared_net") for name in arrays):
        raise ForeignModelError(
            "its networks share layers, which Stable-Baselines3 gave up in version 1.8: it is too old"
        )
    if "lstm_actor" in tops:
        return "recurrent_ppo"
    if {"action_net", "value_net"} <= tops:
        return _actor_critic(data)
    if "q_net" in tops:
        return "sb3_dqn"
    if "quantile_net" in tops:
        return "qrdqn"
    if {"actor", "critic"} <= tops:
        return _off_policy(arrays)
    if tops == {"action_net"}:
        return "ars"
    shown = ", ".join(sorted(tops)[:6]) or "none"
    raise ForeignModelError(
        f"its networks ({shown[:120]}) are of no algorithm of Stable-Baselines3 or sb3-contrib known here"
    )


def _actor_critic(data: Mapping[str, Any]) -> str:
    """PPO, A2C, TRPO and Maskable PPO have the same networks: what their fields are tells them apart."""
    policy_class = data.get("policy_class")
    module = policy_class.get("__module__") if isinstance(policy_class, dict) else None
    if isinstance(module, str) and module.startswith("sb3_contrib.common.maskable"):
        return "maskable_ppo"
    if "cg_max_steps" in data:
        return "trpo"
    if "n_epochs" in data and "clip_range" in data:
        return "sb3_ppo"
    if "gae_lambda" in data:
        return "sb3_a2c"
    raise ForeignModelError("its data do not say whether it is PPO, A2C or TRPO")


def _off_policy(arrays: Arrays) -> str:
    if not any(name.startswith("actor.log_std") for name in arrays):
        return "sb3_td3" if "critic.qf1.0.weight" in arrays else "sb3_ddpg"
    layers = layers_of("critic.qf0.", arrays)
    return "tqc" if layers and layers[-1] > 1 else "sb3_sac"


# ------------------------------------------------------------ which networks


def _hidden(key: str, arrays: Arrays) -> Any:
    """The hidden layers: one list, or one each for actor and critic where they differ."""
    match key:
        case "sb3_dqn":
            return layers_of("q_net.q_net.", arrays)[:-1]
        case "qrdqn":
            return layers_of("quantile_net.quantile_net.", arrays)[:-1]
        case "ars":
            return layers_of("action_net.", arrays)[:-1]
        case "sb3_sac" | "tqc":
            actor, critic, other = layers_of("actor.latent_pi.", arrays), layers_of("critic.qf0.", arrays)[:-1], "qf"
        case "sb3_td3" | "sb3_ddpg":
            actor, critic, other = layers_of("actor.mu.", arrays)[:-1], layers_of("critic.qf0.", arrays)[:-1], "qf"
        case _:
            actor = layers_of("mlp_extractor.policy_net.", arrays)
            critic, other = layers_of("mlp_extractor.value_net.", arrays), "vf"
    return actor if actor == critic else {"pi": actor, other: critic}


def _settings(key: str, arrays: Arrays, data: Mapping[str, Any]) -> dict[str, Any]:
    """What a policy of this program is built from. Raises ForeignModelError."""
    told = data.get("policy_kwargs")
    told = told if isinstance(told, dict) else {}
    pictures = any(".cnn." in name for name in arrays)
    parts = any("extractors." in name for name in arrays) or _is_space(data.get("observation_space"), "dict.Dict")
    kind = "MultiInput" if parts else "Cnn" if pictures else "Mlp"
    hidden = _hidden(key, arrays)
    found: dict[str, Any] = {"net_arch": hidden}
    if key == "ars" and not hidden and "action_net.0.bias" not in arrays:
        return {"algorithm": key, "policy": "LinearPolicy", "arguments": {}}
    if key == "ars" and (not hidden or _is(told.get("squash_output"), False)):
        raise ForeignModelError("it is a linear policy with a bias, or one without squashing, which is not known here")
    found["activation_fn"] = _activation(key, told)
    if key != "ars" and _is(told.get("squash_output"), True):
        raise ForeignModelError("its actions are squashed (squash_output), which is not known here")
    extractor = str(told.get("features_extractor_class", ""))
    if extractor and not any(name in extractor for name in _EXTRACTORS):
        raise ForeignModelError(
            f"it sees through networks of its own ({_last_name(extractor)}), which its file does not hold"
        )
    if _is(told.get("normalize_images"), False):
        found["normalize_images"] = False
    if _is(told.get("use_expln"), True) and key in (*_ACTOR_CRITICS[:3], "recurrent_ppo", "sb3_sac", "tqc"):
        found["use_expln"] = True
    found |= _of_shapes(key, arrays, pictures=pictures and not parts)
    quantiles = data.get("n_quantiles")
    if key == "qrdqn":
        if type(quantiles) is not int or not 1 <= quantiles <= 10_000:
            raise ForeignModelError("its data do not say how many quantiles it has")
        found["n_quantiles"] = quantiles
    prefix = "" if key in _ACTOR_CRITICS else "actor."
    log_std = arrays.get(f"{prefix}log_std")
    if log_std is not None and log_std.ndim == 2:
        found["use_sde"] = True
    policy = f"{kind}LstmPolicy" if key == "recurrent_ppo" else f"{kind}Policy"
    settings: dict[str, Any] = {"algorithm": key, "policy": policy, "arguments": found}
    rate = data.get("exploration_rate")
    if key in ("sb3_dqn", "qrdqn") and isinstance(rate, int | float) and 0 <= rate <= 1:
        settings["epsilon"] = float(rate)
    return settings


def _of_shapes(key: str, arrays: Arrays, *, pictures: bool) -> dict[str, Any]:
    """Arguments that shapes alone tell."""
    found: dict[str, Any] = {}
    if key in ("sb3_sac", "tqc", "sb3_td3", "sb3_ddpg"):
        found["n_critics"] = len({name.split(".")[1] for name in arrays if re.match(r"critic\.qf[0-9]+\.", name)})
    if key == "tqc":
        found["n_quantiles"] = layers_of("critic.qf0.", arrays)[-1]
    if key == "recurrent_ppo":
        weights = arrays.get("lstm_actor.weight_hh_l0")
        found["lstm_hidden_size"] = weights.shape[-1] if weights is not None and weights.ndim else 1
        found["n_lstm_layers"] = sum(name.startswith("lstm_actor.weight_hh_l") for name in arrays)
        found["enable_critic_lstm"] = any(name.startswith("lstm_critic.") for name in arrays)
        found["shared_lstm"] = not found["enable_critic_lstm"] and "critic.weight" not in arrays
    if pictures:
        size = next((a.shape[0] for name, a in arrays.items() if name.endswith("extractor.linear.0.weight")), 512)
        if size != 512:
            found["features_extractor_kwargs"] = {"features_dim": size}
        ours, theirs = "features_extractor.cnn.0.weight", "vf_features_extractor.cnn.0.weight"
        if key in _ACTOR_CRITICS and ours in arrays and theirs in arrays:
            same = arrays[ours].shape == arrays[theirs].shape and bool((arrays[ours] == arrays[theirs]).all())
            if not same:
                found["share_features_extractor"] = False
    return found


def _activation(key: str, told: Mapping[str, Any]) -> str:
    name = told.get("activation_fn")
    if name is None:
        return "tanh" if key in _TANH else "relu"
    last = _last_name(str(name))
    if last not in _ACTIVATIONS:
        raise ForeignModelError(f"its activation is {last}; here networks have {' or '.join(_ACTIVATIONS)}")
    return _ACTIVATIONS[last]


def _last_name(text: str) -> str:
    """The class in "<class 'torch.nn.modules.activation.ReLU'>"."""
    words = re.findall(r"[A-Za-z_][A-Za-z_0-9]*", text[:300])
    return words[-1][:60] if words else "something else"


def _is(value: Any, wanted: bool) -> bool:
    """Whether a field says so: as JSON, or as text where it stood among pickled ones."""
    return value is wanted or value == str(wanted)


def _is_space(space: Any, kind: str) -> bool:
    """Whether a field says that a space is of the kind "box.Box", "dict.Dict"…"""
    return isinstance(space, dict) and str(space.get(":type:", "")).endswith(f"{kind}'>")
