"""What value maps and sensitivities cost: in the child that plays, in the window, and training beside them.

python tests/benchmarks/bench_values.py            # each by itself
python tests/benchmarks/bench_values.py training   # a window trains DQN on MountainCar, tab shut and open in turn
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import rlstudio  # noqa: F401  sets thread counts before numpy

SECONDS_EACH, ROUNDS = 8.0, 4


def milliseconds(work: Callable[[], object], count: int = 30) -> float:
    """Median time of one call."""
    work()
    times = []
    for _ in range(count):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * median(times)


def maps() -> None:
    """A map in the child, by algorithm."""
    from rlstudio.core.messages import ShowValues
    from rlstudio.envs.make import make
    from rlstudio.jobs.policies import untrained_policy
    from rlstudio.jobs.value_maps import ValueMaps

    cases = [
        ("q_learning", "FrozenLake-v1"),
        ("q_learning", "Taxi-v4"),
        ("dqn", "MountainCar-v0"),
        ("ppo", "Pendulum-v1"),
        ("q_learning", "MountainCar-v0"),
        ("sb3_dqn", "MountainCar-v0"),
        ("sb3_sac", "Pendulum-v1"),
    ]
    for key, env_id in cases:
        env = make(env_id, {})
        policy = untrained_policy(env, {}, key, {}, 0)
        sent: list[Any] = []
        table = ValueMaps(env_id, env, sent.append)
        table.want(ShowValues())
        observation, _ = env.reset(seed=0)

        def one(table: Any = table, policy: Any = policy, observation: Any = observation) -> None:
            table._due, table._drawn = 0.0, None
            table.update(policy, 0, observation)

        print(f"map         {key:14s} {env_id:16s} {milliseconds(one):7.2f} ms")
        env.close()


def sensitivities() -> None:
    """A gradient beside a decision and a recorded step, by algorithm."""
    from rlstudio.core.frame_store import FrameStore
    from rlstudio.envs.make import make
    from rlstudio.jobs.policies import untrained_policy

    cases: list[tuple[str, str, dict[str, Any]]] = [
        ("dqn", "CartPole-v1", {}),
        ("ppo", "LunarLander-v3", {}),
        ("random_search", "CartPole-v1", {}),
        ("sb3_ppo", "CartPole-v1", {}),
        ("sb3_sac", "BipedalWalker-v3", {"buffer_size": 1000}),
        ("ppo", "CarRacing-v3", {}),
        ("sb3_ppo", "CarRacing-v3", {"n_envs": 1, "n_steps": 64}),
    ]
    for key, env_id, params in cases:
        env = make(env_id, {}, render=True)
        policy = untrained_policy(env, {}, key, params, 0)
        observation, info = env.reset(seed=0)
        policy.start_episode(0)
        action, _ = policy.decide(observation, info, greedy=True)
        frames = FrameStore()

        def step(env: Any = env, policy: Any = policy, state: Any = (observation, info), frames: Any = frames) -> None:
            chosen, _ = policy.decide(*state, greedy=True)
            _, _, terminated, truncated, _ = env.step(chosen)
            frames.append(env.render())
            if terminated or truncated:
                env.reset()

        gradient = milliseconds(lambda p=policy, o=observation, a=action, i=info: p.sensitivity(o, a, i))
        recorded = milliseconds(step)
        share = 100 * gradient / recorded
        print(
            f"sensitivity {key:14s} {env_id:16s} {gradient:7.3f} ms, a recorded step {recorded:6.2f} ms: +{share:.0f} %"
        )
        env.close()


def painting() -> None:
    """The window's part: a new map and a moved dot, painted."""
    import numpy as np
    from PySide6.QtWidgets import QApplication

    from rlstudio.core.value_map import Coordinate, ValueMap
    from rlstudio.ui.theme import apply_theme, load_fonts
    from rlstudio.ui.widgets.value_map import ValueMapView

    app = QApplication(["bench"])
    load_fonts(app)
    apply_theme(app, "light")
    view = ValueMapView()
    view.resize(1000, 180)
    axes = (Coordinate("position (m)", -1.2, 0.6, (0,)), Coordinate("velocity", -0.07, 0.07, (1,)))
    values = np.random.default_rng(0).normal(size=(48, 48)).astype(np.float32)
    found = ValueMap("MountainCar-v0", "state value", axes, 0, 1, {}, values)
    for t in range(300):
        view.show_state([0.5 * np.sin(t / 20) - 0.3, 0.06 * np.cos(t / 20)])

    def another() -> None:
        view.show_map(found)
        view.grab()

    def moved() -> None:
        view.show_state([0.0, 0.0])
        view.grab()

    another()
    print(f"painting    a new map {milliseconds(another):.2f} ms, a moved dot {milliseconds(moved):.2f} ms (1000×180)")
    view.close()


def cpu_seconds(pid: int) -> float:
    """What a process has used so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def training() -> None:
    """A run in a window, the tab shut and open in turn: what window, player and training take of a core.

    Steps are counted against the training's own processor time, so that other programs on the machine count little.
    """
    from rlstudio.ui.app import run_studio
    from rlstudio.ui.settings import Settings

    folder = tempfile.TemporaryDirectory()
    found: dict[str, list[dict[str, float]]] = {"shut": [], "open": []}

    def after(window: Any, controller: Any) -> None:
        from PySide6.QtCore import QTimer

        state: dict[str, Any] = {"phase": 0}

        def now() -> dict[str, float]:
            run = cpu_seconds(controller.training._job.pid)
            player = cpu_seconds(controller.live._job.pid)
            step = controller.training.last_batch.step
            return {"s": time.perf_counter(), "window": time.process_time(), "player": player, "run": run, "step": step}

        def begin() -> None:
            window.setup.set_request({"env": "MountainCar-v0", "algorithm": "dqn", "params": {}, "steps": 10_000_000})
            window.toolbar.speed.set_position(100)
            controller.starting.train("new")
            QTimer.singleShot(15_000, turn)

        def turn() -> None:
            if state["phase"]:
                passed = {name: value - state["since"][name] for name, value in now().items()}
                found["open" if state["phase"] % 2 == 0 else "shut"].append(passed)
            state["phase"] += 1
            if state["phase"] > 2 * ROUNDS:
                controller.training.stop()
                QTimer.singleShot(1500, window.close)
                return
            window.tabs.open("values" if state["phase"] % 2 == 0 else "")
            QTimer.singleShot(500, mark)

        def mark() -> None:
            state["since"] = now()
            QTimer.singleShot(int(1000 * SECONDS_EACH), turn)

        QTimer.singleShot(1500, begin)

    run_studio(after, settings=Settings(Path(folder.name) / "settings.json"), runs_dir=Path(folder.name) / "runs")
    for name, rows in found.items():
        window, player = (median(row[part] / row["s"] for row in rows) for part in ("window", "player"))
        steps = median(row["step"] / row["run"] for row in rows)
        print(
            f"tab {name}: window {window:.1%}, player {player:.1%} of a core, {steps:,.0f} steps a second of training"
        )
    folder.cleanup()


if __name__ == "__main__":
    if sys.argv[1:] == ["training"]:
        training()
    else:
        maps()
        sensitivities()
        painting()
