"""A policy of somebody's own, as the contract tests run it: acts at random, in any action space."""

from copy import deepcopy


class Policy:
    def __init__(self, observation_space, action_space):
        self.space = deepcopy(action_space)
        self.steps = 0

    def reset(self, seed):
        self.space.seed(seed)
        self.steps = 0

    def act(self, observation, info):
        self.steps += 1
        return self.space.sample(), f"step {self.steps}: random"
