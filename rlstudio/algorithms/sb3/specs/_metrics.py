"""What the algorithms of Stable-Baselines3 log, by the names that it uses (without "train/" and "rollout/").

"fps" and "iterations", which Stable-Baselines3 prints too, are not among them: the window counts steps a second and
updates for every algorithm.
"""

from __future__ import annotations

from dataclasses import replace

from rlstudio.algorithms.base import MetricSpec


def _only(when: str, metric: MetricSpec) -> MetricSpec:
    """Logged with that alone; its help says so."""
    return replace(metric, when=when, help=f"{metric.help} Logged with {when} only.")


PREDICTED_Q = MetricSpec(
    "predicted_q",
    "predicted Q",
    "What the network expected of the whole episode: its best Q-value at the episode's first state, in the units of "
    "the environment's rewards. Mean over the episodes that ended since the last row.",
    healthy="follows the realised discounted return; far above it means overestimation",
)
DISCOUNTED_RETURN = MetricSpec(
    "discounted_return",
    "realised discounted return",
    "What the episode really brought, discounted as the Q-values are; mean as for the predicted Q.",
    healthy="rises; the predicted Q settles near it (above it while ε still costs return or a time limit cuts off)",
)
EXPLAINED_VARIANCE = MetricSpec(
    "explained_variance",
    "explained variance",
    "How much of the returns' variation the value network foresees: 1 all of it, 0 no better than a constant.",
    healthy="rises towards 1, within the first tenth of the run; below 0 for long means the value network is lost",
)
ENTROPY_LOSS = MetricSpec(
    "entropy_loss",
    "entropy loss",
    "Minus the policy's entropy, its randomness: −ln(number of actions) when every action is alike, 0 when it is "
    "certain; with continuous actions it can rise above 0.",
    healthy="rises slowly towards 0 as the policy makes up its mind; a sudden jump means it settled too early",
    unit="nats",
)
APPROX_KL = MetricSpec(
    "approx_kl",
    "KL divergence",
    "How far the last pass of the update moved the policy from the one that gathered the experience (Schulman's "
    "estimator (r − 1) − ln r).",
    healthy="between 0.003 and 0.03; spikes above 0.1 come before collapses",
    unit="nats",
)
CLIP_FRACTION = MetricSpec(
    "clip_fraction",
    "clip fraction",
    "Share of steps whose probability ratio left the clip range.",
    healthy="0.05 to 0.3; near 0 the updates are timid, above 0.5 too bold",
)
VALUE_LOSS = MetricSpec(
    "value_loss",
    "value loss",
    "Mean squared error of the value network.",
    healthy="rises while returns grow, then falls",
    log=True,
)
POLICY_GRADIENT_LOSS = MetricSpec(
    "policy_gradient_loss",
    "policy gradient loss",
    "The clipped objective, negative. Its size says little.",
    healthy="small, around or below 0",
)
POLICY_LOSS = MetricSpec(
    "policy_loss",
    "policy loss",
    "Minus advantage times log-probability, mean over the update. Its size says little.",
    healthy="swings around 0; swings that grow announce trouble",
)
PPO_LOSS = MetricSpec(
    "loss",
    "loss",
    "Policy gradient loss + entropy weight × entropy loss + value weight × value loss, in the last minibatch.",
    healthy="mostly the value loss: no sign of progress by itself",
)
STD = _only(
    "continuous actions",
    MetricSpec(
        "std",
        "action spread σ",
        "Spread of the actions around their mean, mean over the action's dimensions.",
        healthy="falls slowly as the policy makes up its mind; growth without end means that it learns nothing, or "
        "that being random is rewarded too much",
    ),
)
LEARNING_RATE = MetricSpec("learning_rate", "learning rate", "The learning rate as scheduled.", log=True)
CLIP_RANGE = MetricSpec("clip_range", "clip range", "The clip range as scheduled.")
PASSES = MetricSpec(
    "n_updates",
    "passes so far",
    "Passes over gathered experience so far: several an update. Stable-Baselines3 prints two more counts: iterations, "
    "which are updates, and fps, environment steps a second, which the status line shows here.",
    healthy="rises steadily",
)
UPDATES = MetricSpec("n_updates", "updates so far", "Updates of the policy so far.", healthy="rises steadily")
GRADIENT_STEPS = MetricSpec(
    "n_updates", "gradient steps so far", "Gradient steps taken so far.", healthy="rises steadily"
)

PPO = (
    EXPLAINED_VARIANCE,
    ENTROPY_LOSS,
    APPROX_KL,
    CLIP_FRACTION,
    VALUE_LOSS,
    POLICY_GRADIENT_LOSS,
    PPO_LOSS,
    STD,
    LEARNING_RATE,
    CLIP_RANGE,
    PASSES,
)
"""What PPO, Recurrent PPO and Maskable PPO log."""

EXPLORATION_RATE = MetricSpec(
    "exploration_rate", "exploration rate ε", "Chance of a random action.", healthy="falls as scheduled, then stays"
)
HUBER_LOSS = MetricSpec(
    "loss",
    "loss",
    "Huber loss of the TD error: how far the Q-values are from reward plus the best Q-value that follows.",
    healthy="small beside the Q-values; may grow with them; growth without end means they run away",
    log=True,
)
ENTROPY_WEIGHT = MetricSpec(
    "ent_coef",
    "entropy weight α",
    "How much staying random counts beside the reward.",
    healthy="falls from its start to a small steady value; growth without end means rewards are too small to notice",
    log=True,
)
ENTROPY_WEIGHT_LOSS = _only(
    "an entropy weight that adjusts itself",
    MetricSpec(
        "ent_coef_loss",
        "entropy weight's loss",
        "What pushes α. While α is below 1: below 0 the policy is more random than asked for and α shrinks, above 0 "
        "it is less random and α grows. Above 1 the signs are the other way round.",
        healthy="comes to swing around 0",
    ),
)
SOFT_ACTOR_LOSS = MetricSpec(
    "actor_loss",
    "actor loss",
    "α × log-probability − Q of the policy's own actions: with a small α, minus the return it expects.",
    healthy="falls (to minus the discounted return it gets); far below that means overestimated Q-values",
)
ACTOR_LOSS = MetricSpec(
    "actor_loss",
    "actor loss",
    "Minus the Q-value of the policy's own actions: minus the return it expects.",
    healthy="falls (to minus the discounted return it gets); far below that means overestimated Q-values",
)
CRITIC_LOSS = MetricSpec(
    "critic_loss",
    "critic loss",
    "Squared TD error: how far the Q-values are from reward plus the Q-value that follows.",
    healthy="small beside the square of the Q-values; growth without end means they run away",
    log=True,
)
QUANTILE_LOSS = MetricSpec(
    "loss",
    "loss",
    "Quantile Huber loss: how far the quantiles are from reward plus the quantiles that follow, summed over them.",
    healthy="small beside the returns; may grow with them; growth without end means the quantiles run away",
    log=True,
)
QUANTILE_CRITIC_LOSS = MetricSpec(
    "critic_loss",
    "critic loss",
    "Quantile Huber loss: how far the quantiles are from reward plus the (lower) quantiles that follow.",
    healthy="small beside the Q-values; growth without end means they run away",
    log=True,
)
POLICY_OBJECTIVE = MetricSpec(
    "policy_objective",
    "policy objective",
    "What the step was to raise: mean of advantage × probability ratio after it. 0 is no gain.",
    healthy="a little above 0 after every update",
)
KL = MetricSpec(
    "kl_divergence_loss",
    "KL divergence",
    "How far the update moved the policy.",
    healthy="just below the target KL; 0 means that no step was taken",
    unit="nats",
)
LINE_SEARCH = MetricSpec(
    "is_line_search_success",
    "line search found a step",
    "1 when a step was found that raises the objective within the target KL, else 0: then the policy stayed as it was.",
    healthy="1 nearly always; often 0 means the value network or the step direction is poor",
)
RETURN_STD = MetricSpec(
    "return_std",
    "spread of returns",
    "Standard deviation of the returns of the candidates that counted.",
    healthy="above 0: candidates alike teach nothing; large while some of them discover something new",
    log=True,
)
STEP_SIZE = MetricSpec(
    "step_size",
    "step size",
    "Learning rate / (candidates that count × spread of returns): what the weights' step is multiplied with.",
    healthy="falls as returns grow apart; jumps when all candidates do alike",
    log=True,
)
DELTA_STD = MetricSpec(
    "delta_std", "spread of candidates", "How far from the policy its candidates are drawn.", healthy="as set"
)
ITERATIONS = MetricSpec(
    "iterations", "updates so far", "Updates of the policy so far, counted from 0.", healthy="rises steadily"
)
SUCCESS_RATE = MetricSpec(
    "success_rate",
    "success rate",
    "Share of the last 100 episodes that ended with the goal reached.",
    healthy="stays near 0 at first, then climbs steeply towards 1",
)

HER = (
    SUCCESS_RATE,
    GRADIENT_STEPS,
    replace(LEARNING_RATE, healthy="as scheduled"),
    _only("DQN", EXPLORATION_RATE),
    _only("DQN", HUBER_LOSS),
    _only("SAC, TD3 or DDPG", replace(ACTOR_LOSS, help="Minus the return that the policy expects of its own actions.")),
    _only("SAC, TD3 or DDPG", CRITIC_LOSS),
    _only("SAC", ENTROPY_WEIGHT),
    replace(ENTROPY_WEIGHT_LOSS, when="SAC, and an entropy weight that adjusts itself"),
)
"""What HER logs, by the algorithm that learns from its replay buffer."""
