"""What if: back to a frame of a recorded episode by replaying it, and from there on another way.

A forced action, the policy, or a person at the keyboard goes on. The environment's state is that of the recording to
the bit (see jobs.replay); where it is not, the job fails with the first difference in words.
"""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import asdict, replace
from typing import Any

import gymnasium as gym
import numpy as np

from rlstudio.algorithms.base import Policy
from rlstudio.core import messages as m
from rlstudio.core.episode import Episode, Thought
from rlstudio.core.episode_data import episode_to_data
from rlstudio.core.frame_store import Frame
from rlstudio.envs.keys import key_map
from rlstudio.envs.make import frame_rate, make, step_limit
from rlstudio.envs.spaces import action_names, describe_space
from rlstudio.jobs.consent import with_its_consent
from rlstudio.jobs.known_discount import known_discount
from rlstudio.jobs.looking import Looking
from rlstudio.jobs.person import Person
from rlstudio.jobs.policies import build_policy
from rlstudio.jobs.record import Cancelled, record_from, source_words
from rlstudio.jobs.replay import Replay, action_for
from rlstudio.storage.run_info import library_versions, now
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase

_TELL_EVERY_SECONDS = 0.1


class Branching:
    """One journey back and on. `run` may be called once."""

    def __init__(self, command: m.BranchEpisode, channel: Channel, env: gym.Env[Any, Any], policy: Policy) -> None:
        self._command, self._channel, self._env, self._policy = command, channel, env, policy
        self._track = command.track
        self._at = command.track.length
        if command.track.terminated or command.track.truncated:
            raise ValueError(f"frame {self._at:,} is the end of the episode: choose a frame before it")
        self._forced = None if command.force is None else action_for(env.action_space, command.force)
        self._names = action_names(command.track.env, env.action_space)
        self._limit = step_limit(env) or 0
        self._before = float(sum(command.track.rewards.tolist()))
        self._looking = Looking(policy, greedy=command.greedy)
        self._unseen: list[tuple[Any, dict[str, Any]]] = []  # states that the policy is shown once it is wanted again
        self._shown = 0
        self._same_choices: bool | None = None
        self._gone = 0  # steps since the frame
        self._acted = ""
        self._newest: tuple[Frame, m.FrameNote] | None = None
        self._person = self._find_person() if command.by_hand else None
        self._by_hand = 0
        self._told = float("-inf")

    def _find_person(self) -> Person:
        name, space = self._track.env, self._env.action_space
        keys = key_map(name, describe_space(space, name, "action"))
        if keys is None:
            raise ValueError(f"{name} cannot be played with keys: its actions are {space}")
        self._keys = keys
        return Person(self._channel, keys, frame_rate(self._env), self._command.speed, self._offer)

    # ------------------------------------------------------------ the journey

    def run(self) -> Episode:
        """The future from the frame on: its first frame is the recorded one.

        Raises:
            NotTheSameError: the environment does not come back to the same state.
            Cancelled: on Stop.
        """
        self._policy.start_episode(self._track.seed)
        replay = Replay(self._env, self._track)
        replay.run(self._pass_by)
        if self._person is not None:
            self._channel.send(m.PersonsTurn(self._keys))
        policy = self._command.policy
        future = record_from(
            self._env,
            replay.observation,
            replay.info,
            self._decide,
            first=replay.frame,
            look_up=lambda step: self._tell("going on, step", self._at + step),
            seen=self._see,
            seed=self._track.seed,
            greedy=self._command.greedy,
            env_kwargs=self._track.env_kwargs,
            source="",
            run=policy.run if policy else None,
            algorithm=policy.algorithm if policy else "random",
            step=policy.step if policy else None,
            discount=known_discount(policy),
            recorded=now(),
            versions=library_versions(),
        )
        return replace(future, source=self._source(), saliency=self._looking.pictures_of(future.length))

    @property
    def same_choices(self) -> bool | None:
        """Whether the policy, shown what was recorded, chose the same actions; None where it was not asked."""
        return self._same_choices

    def _pass_by(self, step: int, observation: Any, info: dict[str, Any]) -> None:
        """A recorded state on the way. A policy that remembers has to see it, at once or when it is needed."""
        if self._person is not None:
            self._tell("replaying step", step)
        self._unseen.append((deepcopy(observation), deepcopy(info)))
        if self._person is None:
            self._catch_up("replaying step")

    def _catch_up(self, words: str = "reminding the policy, step") -> None:
        """Show the policy what it has not seen, so that it remembers and draws as if it had been there all along."""
        for observation, info in self._unseen:
            self._tell(words, self._shown)
            action, _ = self._policy.decide(observation, info, greedy=self._command.greedy)
            if self._shown < self._at:
                recorded = self._track.actions[self._shown]
                same = np.array_equal(np.asarray(action, recorded.dtype), recorded)
                self._same_choices = same and self._same_choices is not False
            self._shown += 1
        self._unseen.clear()

    def _decide(self, observation: Any, info: dict[str, Any]) -> tuple[Any, Thought]:
        step, self._gone = self._gone, self._gone + 1
        if self._forced is not None and step < self._command.repeat:
            return self._force(observation, info)
        if self._person is not None and not self._person.handed_back:
            given = self._person.act()
            if given is not None:
                self._by_hand += 1
                self._unseen.append((deepcopy(observation), deepcopy(info)))
                action = action_for(self._env.action_space, given)
                self._acted = self._name(action)
                return action, Thought(note=f"by hand: {self._acted}")
        self._catch_up()
        self._channel.enter(Phase.STEPPING)
        action, thought = self._looking.decide(observation, info)
        self._shown += 1
        self._acted = self._name(action)
        return action, thought

    def _force(self, observation: Any, info: dict[str, Any]) -> tuple[Any, Thought]:
        self._acted = self._name(self._forced)
        if self._person is not None:
            self._unseen.append((deepcopy(observation), deepcopy(info)))
            return self._forced, Thought(note=f"forced: {self._acted}")
        own, thought = self._policy.decide(observation, info, greedy=self._command.greedy)
        self._shown += 1
        return self._forced, replace(thought, note=f"forced: {self._acted}; the policy would: {self._name(own)}")

    # ------------------------------------------------------------ in words

    def _name(self, action: Any) -> str:
        if np.ndim(action) == 0:
            index = int(action) - int(getattr(self._env.action_space, "start", 0))
            return self._names[index] if 0 <= index < len(self._names) else f"action {int(action)}"
        numbers = np.asarray(action).reshape(-1)
        return ", ".join(f"{number:.2f}" if numbers.dtype.kind == "f" else str(number) for number in numbers.tolist())

    def _source(self) -> str:
        """ "what if at 123: push left, then checkpoint 40,000 · greedy"."""
        parts = []
        if self._forced is not None:
            times = min(self._command.repeat, self._gone)
            parts.append(self._name(self._forced) + (f" ×{times}" if times > 1 else ""))
        if self._by_hand:
            parts.append("by hand")
        if self._gone > self._by_hand + (self._command.repeat if self._forced is not None else 0):
            parts.append(source_words(self._command.policy, self._command.greedy))
        return f"what if at {self._at:,}: " + ", then ".join(parts)

    def _tell(self, words: str, step: int) -> None:
        """Progress, and a look whether it was given up. While a person plays, commands are the person's."""
        now = time.perf_counter()
        if now - self._told < _TELL_EVERY_SECONDS:
            return
        self._told = now
        self._channel.enter(Phase.STEPPING)
        if self._person is None or self._person.handed_back or self._newest is None:
            command = self._channel.receive()
            if isinstance(command, m.Stop):
                raise Cancelled
            if self._person is not None:
                self._person.take(command)  # another speed, chosen on the way back
            self._channel.send(m.Progress(step, self._limit, f"{words} {step:,}"))

    # ------------------------------------------------------------ for the eye

    def _see(self, frame: Frame, rewards: list[float]) -> None:
        """A new frame: while a person plays, it is what they see."""
        if self._person is None:
            return
        note = m.FrameNote(
            source="person",
            episode=1,
            t=self._at + len(rewards),
            limit=self._limit or None,
            total_reward=self._before + float(sum(rewards)),
            reward=rewards[-1] if rewards else 0.0,
            fps=frame_rate(self._env),
            greedy=self._command.greedy,
            policy_step=self._command.policy.step if self._command.policy else None,
            action=self._acted,
        )
        self._newest = frame, note
        self._offer()

    def _offer(self) -> None:
        """Let the screen have the newest frame, if it wants one and has not got it."""
        if self._newest is not None and self._channel.wants_frame():
            assert self._person is not None
            frame, note = self._newest
            state = {"standing": self._person.standing, "handed_back": self._person.handed_back}
            if note.extra != state:
                self._newest = frame, replace(note, extra=state)
                self._channel.put_frame(frame, asdict(self._newest[1]))


@with_its_consent
def branch(command: m.BranchEpisode, channel: Channel) -> None:
    """The job: Branched, then Finished. PersonsTurn comes before it when a person is to play. Stop gives up."""
    channel.enter(Phase.STARTING)
    track = command.track
    channel.send(m.Preparing(f"opening {track.env}"))
    env = make(track.env, track.env_kwargs, render=True)
    try:
        branching = Branching(command, channel, env, build_policy(command.policy, env))
        future = branching.run()
        total = float(sum(track.rewards.tolist())) + future.total_reward
        channel.send(m.Branched(track.length, episode_to_data(future), branching.same_choices))
        summary = {"at": track.length, "return": total, "length": track.length + future.length}
        channel.send(m.Finished("finished", summary | {"ending": future.ending}))
    except Cancelled:
        channel.send(m.Finished("stopped"))
    finally:
        env.close()
