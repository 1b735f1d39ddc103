"""What if: a recorded state restored to the bit by replaying, refused where it is not, and other futures from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
import pytest
from job_harness import FakeChannel

from rlstudio.algorithms.base import Arrays, Policy
from rlstudio.core import messages as m
from rlstudio.core.episode import Episode, Thought
from rlstudio.core.episode_data import episode_from_data
from rlstudio.core.keys import Action
from rlstudio.core.track import joined, track_of
from rlstudio.envs.catalogue import all_ids
from rlstudio.envs.make import MakeError, make
from rlstudio.jobs import branch as branch_module
from rlstudio.jobs.policies import build_policy
from rlstudio.jobs.record import record_episode
from rlstudio.jobs.replay import NotTheSameError, Replay
from rlstudio.jobs.serve import do, failure


def _can_be_made(env_id: str) -> bool:
    try:
        make(env_id).close()
    except MakeError:
        return False
    return True


ENVIRONMENTS = [env_id for env_id in all_ids() if _can_be_made(env_id)]


def recorded(
    env_id: str = "CartPole-v1", seed: int = 3, *, earlier: int = 0, steps: int | None = None, policy: Any = None
) -> Episode:
    """An episode of the random policy (or another), after `earlier` ones in the same environment."""
    kwargs = {"max_episode_steps": steps} if steps else {}
    env = make(env_id, kwargs, render=True)
    try:
        acting = policy or build_policy(None, env)
        for number in range(earlier + 1):
            episode = record_episode(
                env, acting, seed + earlier - number, greedy=False, env_kwargs=kwargs, source="random policy"
            )
    finally:
        env.close()
    return episode


def what_if(episode: Episode, at: int, channel: FakeChannel | None = None, **wish: Any) -> tuple[Episode, FakeChannel]:
    """The other future, joined to the recording."""
    channel = channel or FakeChannel()
    do(m.BranchEpisode(track_of(episode, at), wish.pop("policy", None), greedy=False, **wish), channel)
    (report,) = channel.of(m.Branched)
    assert report.at == at
    return joined(episode, at, episode_from_data(report.data)), channel


def assert_same(one: Episode, other: Episode) -> None:
    """Equal to the bit, frames and ending included."""
    assert one.observations.tobytes() == other.observations.tobytes()
    assert one.actions.tobytes() == other.actions.tobytes()
    assert one.rewards.tobytes() == other.rewards.tobytes()
    assert (one.terminated, one.truncated, one.ending) == (other.terminated, other.truncated, other.ending)
    assert len(one.frames) == len(other.frames)
    assert all(np.array_equal(a, b) for a, b in zip(one.frames, other.frames, strict=True))


# ---------------------------------------------------------------- back to the same state


@pytest.mark.parametrize("env_id", ENVIRONMENTS)
def test_every_environment_comes_back_to_the_same_state(env_id: str) -> None:
    """Recorded after other episodes, replayed fresh: every number, reward, end and picture, and then its own future."""
    episode = recorded(env_id, earlier=2, steps=15 if "CarRacing" in env_id else 60)
    at = episode.length // 2
    again, channel = what_if(episode, at)
    assert_same(again, episode)
    assert channel.of(m.Branched)[0].same_choices is (True if at else None)
    env = make(env_id, episode.env_kwargs, render=True)
    Replay(env, track_of(episode)).run()  # and the whole of it, its end included
    env.close()


def altered(episode: Episode, **arrays: Any) -> Episode:
    return replace(episode, **arrays)


def changed(array: Any, place: Any, value: Any) -> Any:
    copy = array.copy()
    copy[place] = value
    return copy


def refused(episode: Episode, at: int) -> str:
    """Why it is refused; nothing was branched."""
    channel = FakeChannel()
    with pytest.raises(NotTheSameError) as caught:
        do(m.BranchEpisode(track_of(episode, at), None), channel)
    assert channel.of(m.Branched) == []
    words = str(caught.value)
    assert words.startswith("this environment does not come back to the same state: ")
    return words


def test_a_state_that_differs_by_one_bit_is_refused_and_said() -> None:
    episode = recorded(seed=5)
    was = episode.observations[4, 2]
    near = np.nextafter(was, np.float32(1))
    words = refused(altered(episode, observations=changed(episode.observations, (4, 2), near)), 6)
    assert f"at frame 4 the pole angle (rad) was {near} and is now {was}" in words
    assert f"{float(was) - float(near):+.3g}" in words
    assert_same(what_if(altered(episode, observations=changed(episode.observations, (7, 2), near)), 6)[0], episode)


def test_minus_zero_is_not_zero() -> None:
    episode = recorded("Pendulum-v1", steps=10)
    zero = changed(episode.rewards, 2, 0.0)
    zeros = changed(episode.rewards, 2, -0.0)
    assert "the reward of step 2 was 0.0" in refused(altered(episode, rewards=zero), 5)
    assert "the reward of step 2 was -0.0" in refused(altered(episode, rewards=zeros), 5)


def test_another_seed_reward_action_or_picture_is_refused() -> None:
    episode = recorded(seed=5)
    assert "at frame 0 the cart position (m) was" in refused(replace(episode, seed=6), 5)
    words = refused(altered(episode, rewards=changed(episode.rewards, 3, 2.0)), 5)
    assert "the reward of step 3 was 2.0 and is now 1.0, -1" in words
    turned = changed(episode.actions, 2, 1 - episode.actions[2])
    assert "at frame 3 the cart velocity (m/s) was" in refused(altered(episode, actions=turned), 5)
    blobs = list(episode.frames.blobs)
    blobs[5] = blobs[6]
    other = replace(episode, frames=type(episode.frames)(episode.frames.shape, blobs))
    assert "the picture of frame 5 is another" in refused(other, 5)


def test_of_an_environment_seen_in_pictures_every_picture_counts() -> None:
    episode = recorded("CarRacing-v3", steps=6)
    assert episode.observations.shape[1] == 0
    blobs = list(episode.frames.blobs)
    blobs[2] = blobs[4]
    other = replace(episode, frames=type(episode.frames)(episode.frames.shape, blobs))
    assert "the picture of frame 2 is another" in refused(other, 5)


def test_an_episode_that_ended_where_the_recording_goes_on_is_refused() -> None:
    episode = recorded("Taxi-v4", seed=1, steps=50)
    shorter = replace(episode, env_kwargs={"max_episode_steps": 2})
    assert episode.length > 3
    assert "after step 1 the episode goes on, and now it is cut off" in refused(shorter, 3)


def test_there_is_no_other_future_of_the_last_frame() -> None:
    episode = recorded()
    with pytest.raises(ValueError, match=r"frame \d+ is the end of the episode"):
        what_if(episode, episode.length)
    with pytest.raises(ValueError, match="is not there"):
        track_of(episode, episode.length + 1)


# ---------------------------------------------------------------- forced actions


def test_a_forced_action_is_taken_so_often_and_then_the_policy_goes_on() -> None:
    episode = recorded(seed=5)
    branched, _ = what_if(episode, 4, force=1, repeat=3)
    assert branched.actions[:4].tolist() == episode.actions[:4].tolist()
    assert branched.observations[:5].tobytes() == episode.observations[:5].tobytes()
    assert branched.actions[4:7].tolist() == [1, 1, 1]
    assert len(branched.frames) == branched.length + 1
    assert branched.source == "what if at 4: push right ×3, then random policy"
    assert branched.total_reward == branched.length
    assert branched.thoughts[4].note.startswith("forced: push right; the policy would: push ")
    assert branched.thoughts[7].note == "random action"
    assert (branched.env, branched.seed, branched.env_kwargs) == (episode.env, episode.seed, episode.env_kwargs)


def test_after_the_forced_action_the_world_is_what_that_action_makes_it() -> None:
    """Stepping a fresh environment by hand through the same actions gives the same numbers."""
    episode = recorded("LunarLander-v3", seed=2)
    branched, _ = what_if(episode, 20, force=2)
    env = make("LunarLander-v3")
    env.reset(seed=2)
    for index, action in enumerate(branched.actions.tolist()):
        row, reward, *_ = env.step(action)
        assert row.tobytes() == branched.observations[index + 1].tobytes()
        assert float(reward) == branched.rewards[index]
    env.close()


def test_a_forced_torque_is_taken_as_the_environment_takes_it() -> None:
    episode = recorded("Pendulum-v1", steps=12)
    branched, _ = what_if(episode, 5, force=(1.5,), repeat=2)
    assert branched.actions[5:7].tolist() == [[1.5], [1.5]]
    assert branched.source.startswith("what if at 5: 1.50 ×2, then ")
    with pytest.raises(ValueError, match="it takes 1"):
        what_if(episode, 5, force=(1.0, 2.0))
    with pytest.raises(ValueError, match="is not one that this environment takes"):
        what_if(recorded(), 2, force=7)


class Counting(Policy):
    """Remembers what it saw: its action hangs on every observation since the episode's start."""

    def __init__(self) -> None:
        self.seen = 0.0

    def start_episode(self, seed: int) -> None:
        self.seen = float(seed)

    def decide(self, observation: Any, info: dict[str, Any], *, greedy: bool) -> tuple[Any, Thought]:
        self.seen += 1.0 + abs(float(observation[3]))
        return int(self.seen * 7) % 2, Thought(value=self.seen)

    def state(self) -> tuple[Arrays, dict[str, Any]]:
        return {}, {}

    @classmethod
    def from_state(cls, *_: Any) -> Counting:
        return cls()


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branch_module, "build_policy", lambda data, env: Counting())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playing without waiting for real time."""
    monkeypatch.setattr(branch_module, "frame_rate", lambda env: 1e6)


def test_a_policy_that_remembers_goes_on_as_if_it_had_been_there(counting: None) -> None:
    episode = recorded(policy=Counting())
    branched, channel = what_if(episode, 8)
    assert_same(branched, episode)
    assert [thought.value for thought in branched.thoughts] == [thought.value for thought in episode.thoughts]
    assert channel.of(m.Branched)[0].same_choices


def test_it_is_said_that_another_policy_would_have_chosen_otherwise(counting: None) -> None:
    assert what_if(recorded(seed=5), 8)[1].of(m.Branched)[0].same_choices is False


# ---------------------------------------------------------------- by hand


def keyboard(*actions: Action | None, then: m.Command | None = None) -> FakeChannel:
    """Once it is the person's turn: one action a step (None: no key is held), then `then`."""
    left: list[m.Command] = [m.HumanAction(action) for action in actions]
    left += [then] if then is not None else []
    steps = 0

    def listen(channel: FakeChannel) -> m.Command | None:
        nonlocal steps
        if not channel.of(m.PersonsTurn) or not left or len(channel.frames) <= steps:
            return None
        steps = len(channel.frames)
        return left.pop(0)

    return FakeChannel(listen, watches=True)


def test_a_person_plays_to_the_end(quick: None) -> None:
    episode = recorded(seed=5)
    branched, channel = what_if(episode, 4, keyboard(1), by_hand=True)
    assert branched.actions[:4].tolist() == episode.actions[:4].tolist()
    assert set(branched.actions[4:].tolist()) == {1}  # the key is held
    assert branched.source == "what if at 4: by hand"
    assert branched.ending.startswith("fell")
    assert branched.thoughts[4].note == "by hand: push right"
    notes = [note for _, note in channel.frames]
    assert {note["source"] for note in notes} == {"person"}
    assert notes[0]["t"] == 4
    assert notes[0]["extra"]["standing"]
    assert notes[-1]["t"] == branched.length
    assert notes[-1]["total_reward"] == branched.total_reward
    first = next(frame for frame, note in channel.frames if note["t"] == 4)
    assert np.array_equal(first, episode.frames[4])


def test_the_person_hands_back_to_a_policy_that_remembers_all(quick: None, counting: None) -> None:
    episode = recorded(policy=Counting())
    at = 5
    own = episode.actions[at : at + 3].tolist()
    branched, channel = what_if(episode, at, keyboard(*own, then=m.HandBack()), by_hand=True)
    assert_same(branched, episode)  # the person did what the policy would have done, and it goes on from there
    assert branched.thoughts[at + 3].value == episode.thoughts[at + 3].value
    assert branched.source == f"what if at {at}: by hand, then random policy"
    assert channel.of(m.Branched)[0].same_choices


def test_without_a_key_the_idle_action_is_taken(quick: None) -> None:
    episode = recorded("MountainCar-v0", steps=20)
    branched, channel = what_if(episode, 4, keyboard(0, None), by_hand=True)
    assert branched.actions[4] == 0
    assert branched.actions[8:].tolist() == [1] * (branched.length - 8)
    assert channel.of(m.PersonsTurn)[0].keys.idle == (1,)


def test_a_short_tap_acts_once(quick: None) -> None:
    """Pressed and let go of between two steps."""
    channel = FakeChannel(watches=True)
    asked = 0

    def listen(_: FakeChannel) -> m.Command | None:
        nonlocal asked
        if not channel.of(m.PersonsTurn):
            return None
        asked += 1
        return {1: m.HumanAction(1), 2: m.HumanAction(2), 3: m.HumanAction(None)}.get(asked)

    channel._listen = listen
    branched, _ = what_if(recorded("MountainCar-v0", steps=20), 4, channel, by_hand=True)
    assert 2 in branched.actions[4:6].tolist()
    assert branched.actions[7:].tolist() == [1] * (branched.length - 7)


def test_a_grid_waits_for_each_key(quick: None) -> None:
    episode = recorded("CliffWalking-v1", steps=10)
    branched, channel = what_if(episode, 2, keyboard(0, 0, 3, then=m.HandBack()), by_hand=True)
    assert channel.of(m.PersonsTurn)[0].keys.waits
    assert branched.actions[2:5].tolist() == [0, 0, 3]
    assert branched.source == "what if at 2: by hand, then random policy"


def test_giving_up_while_playing_leaves_nothing(quick: None) -> None:
    channel = keyboard(1, then=m.Stop())
    do(m.BranchEpisode(track_of(recorded(), 3), None, by_hand=True), channel)
    assert channel.of(m.Branched) == []
    assert channel.finished.status == "stopped"


def test_giving_up_on_the_way_back_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branch_module, "_TELL_EVERY_SECONDS", 0.0)
    channel = FakeChannel(lambda channel: m.Stop() if len(channel.of(m.Progress)) == 2 else None)
    do(m.BranchEpisode(track_of(recorded(), 8), None), channel)
    assert channel.finished.status == "stopped"
    assert channel.of(m.Branched) == []
    words = [report.words for report in channel.of(m.Progress)]
    assert words == ["replaying step 0", "replaying step 1"]


def test_what_is_still_possible_is_told() -> None:
    """A reward that differs leaves the frame before it as it was."""
    episode = recorded(seed=5)
    with pytest.raises(NotTheSameError) as caught:
        what_if(altered(episode, rewards=changed(episode.rewards, 3, 2.0)), 5)
    assert failure(caught.value).advice == "Only a frame before 4 has a what if."
    assert_same(what_if(altered(episode, rewards=episode.rewards), 3)[0], episode)
    with pytest.raises(NotTheSameError) as caught:
        what_if(replace(episode, seed=6), 5)
    assert failure(caught.value).advice == "There is no what if of it."


class Pad(gym.Env[Any, Any]):
    """Three choices at once; the state is the sum of what was chosen."""

    metadata: ClassVar[dict[str, Any]] = {"render_modes": ["rgb_array"], "render_fps": 30}

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.action_space = gym.spaces.MultiDiscrete([3, 2])
        self.observation_space = gym.spaces.Box(-1e6, 1e6, (2,), np.float32)
        self._state = np.zeros(2, np.float32)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self._state = np.zeros(2, np.float32)
        return self._state.copy(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        assert self.action_space.contains(action)
        self._state += action
        return self._state.copy(), float(action[0]), False, False, {}

    def render(self) -> Any:
        return np.full((8, 8, 3), int(self._state.sum()) % 256, np.uint8)


@pytest.fixture
def pad() -> Iterator[str]:
    """An environment whose actions are several choices at once."""
    gym.register("Pad-v0", entry_point=lambda **kwargs: Pad(**kwargs), max_episode_steps=12)
    yield "Pad-v0"
    gym.registry.pop("Pad-v0")


def test_several_choices_are_made_at_once_by_hand_and_by_force(pad: str, quick: None) -> None:
    episode = recorded(pad, steps=12)
    branched, channel = what_if(episode, 3, keyboard((2.0, 1.0), (0.0, 1.0), then=m.HandBack()), by_hand=True)
    assert [key.words for key in channel.of(m.PersonsTurn)[0].keys.keys] == [
        "action 1 = 1",
        "action 1 = 2",
        "action 2 = 1",
    ]
    assert branched.actions[3:5].tolist() == [[2.0, 1.0], [0.0, 1.0]]
    assert branched.thoughts[3].note == "by hand: 2, 1"
    forced, _ = what_if(episode, 3, force=(1.0, 0.0), repeat=2)
    assert forced.actions[3:5].tolist() == [[1.0, 0.0]] * 2
    assert forced.source.startswith("what if at 3: 1, 0 ×2, then ")
    with pytest.raises(ValueError, match="is not one that this environment takes"):
        what_if(episode, 3, force=(3.0, 0.0))
