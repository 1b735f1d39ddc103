"""An example of a policy of your own, for "Your own policy" in RL Studio: CartPole, kept upright by a rule.

In the window choose the algorithm "Your own policy" and this file (or better a copy of it); on the command line:

    rlstudio train -e CartPole-v1 -a user_policy --set file=own_policy.py --trust-file own_policy.py --episodes 10

Change `act` and press Train again: the window asks anew, because the file is another one now.
"""

from __future__ import annotations


def act(observation, info):
    """An action, or an action and a note; the note is shown at each step of a recorded episode.

    `observation` is what the environment shows, here four numbers; `info` is its dict of further facts. For a policy
    with a memory write a class `Policy` instead, with `act(self, observation, info)` and, if you like,
    `reset(self, seed)`, called before each episode, and `__init__(self, observation_space, action_space)`.
    """
    position, velocity, angle, turning = observation
    if angle + 0.5 * turning + 0.05 * position + 0.1 * velocity > 0:
        return 1, "leans right: push right"
    return 0, "leans left: push left"
