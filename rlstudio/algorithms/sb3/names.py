"""What Stable-Baselines3 calls the hyperparameters that have a name of the house.

A parameter is in exactly one of three tables: it is an argument of the algorithm's class (`ARGUMENTS`), one of its
policy's (`POLICY_ARGUMENTS`), or not a plain argument at all, and then the adapter sees to it (`MADE_HERE`). The names
are alike for all algorithms; a parameter that an algorithm lacks is not in its spec.
"""

from __future__ import annotations

from typing import Any

from rlstudio.core.params import Params

ARGUMENTS = {
    "learning_rate": "learning_rate",
    "n_steps": "n_steps",
    "batch_size": "batch_size",
    "n_epochs": "n_epochs",
    "discount": "gamma",
    "gae_lambda": "gae_lambda",
    "clip_range": "clip_range",
    "target_kl": "target_kl",
    "entropy_weight": "ent_coef",  # of SAC, TQC and HER together with entropy_auto: see `entropy_argument`
    "value_weight": "vf_coef",
    "max_gradient_norm": "max_grad_norm",
    "normalise_advantages": "normalize_advantage",
    "rms_prop": "use_rms_prop",
    "state_dependent_noise": "use_sde",
    "noise_every": "sde_sample_freq",
    "buffer_size": "buffer_size",
    "learning_starts": "learning_starts",
    "train_every": "train_freq",
    "updates_per_train": "gradient_steps",
    "target_share": "tau",
    "target_update_every": "target_update_interval",
    "epsilon_start": "exploration_initial_eps",
    "epsilon_end": "exploration_final_eps",
    "exploration_fraction": "exploration_fraction",
    "policy_delay": "policy_delay",
    "target_policy_noise": "target_policy_noise",
    "target_noise_clip": "target_noise_clip",
    "top_quantiles_to_drop": "top_quantiles_to_drop_per_net",
    "n_delta": "n_delta",
    "n_top": "n_top",
    "delta_std": "delta_std",
    "zero_policy": "zero_policy",
    "alive_bonus_offset": "alive_bonus_offset",
    "cg_max_steps": "cg_max_steps",
    "cg_damping": "cg_damping",
    "line_search_shrinking_factor": "line_search_shrinking_factor",
    "line_search_max_iter": "line_search_max_iter",
    "n_critic_updates": "n_critic_updates",
    "sub_sampling_factor": "sub_sampling_factor",
}
"""House name → argument of the algorithm's class."""

POLICY_ARGUMENTS = {
    "hidden": "net_arch",
    "activation": "activation_fn",
    "log_std_start": "log_std_init",
    "orthogonal_start": "ortho_init",
    "n_critics": "n_critics",
    "n_quantiles": "n_quantiles",
    "lstm_size": "lstm_hidden_size",
    "lstm_layers": "n_lstm_layers",
    "expln": "use_expln",
}
"""House name → argument of the policy's class, through `policy_kwargs`; the activation as a class of torch."""

MADE_HERE = {
    "n_envs",  # copies of the environment
    "learning_rate_schedule",  # a schedule around the learning rate
    "clip_range_schedule",
    "normalise_observations",  # statistics over the copies
    "normalise_rewards",
    "action_noise",  # an object that draws noise of this spread
    "action_noise_kind",
    "entropy_auto",  # part of the entropy weight
    "critic_lstm",  # two arguments of the policy: see `policy_arguments`
    "base",  # HER: the algorithm around its replay buffer
    "n_sampled_goal",  # HER: of its replay buffer
    "goal_selection_strategy",
}
"""House names that are no plain argument."""


def arguments(params: Params) -> dict[str, Any]:
    """Arguments of the algorithm's class, without schedules, noise and policy_kwargs, which the adapter adds."""
    values = params.model_dump()
    found = {ARGUMENTS[name]: value for name, value in values.items() if name in ARGUMENTS}
    if "entropy_auto" in values:
        found["ent_coef"] = entropy_argument(values["entropy_auto"], values["entropy_weight"])
    return found


def policy_arguments(params: Params) -> dict[str, Any]:
    """Arguments of the policy's class; `net_arch` a list, `activation_fn` still "tanh" or "relu"."""
    values = params.model_dump()
    found = {POLICY_ARGUMENTS[name]: value for name, value in values.items() if name in POLICY_ARGUMENTS}
    if "critic_lstm" in values:
        found["enable_critic_lstm"] = values["critic_lstm"] == "own"
        found["shared_lstm"] = values["critic_lstm"] == "shared"
    if "net_arch" in found:
        found["net_arch"] = list(found["net_arch"])
    return found


def entropy_argument(auto: bool, weight: float) -> str | float:
    """`ent_coef` of SAC and TQC: "auto_0.5" adjusts itself and starts at 0.5."""
    return f"auto_{weight}" if auto else weight
