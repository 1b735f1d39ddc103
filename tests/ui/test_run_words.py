"""What the status row and the log say of a run that ended before there was anything to keep."""

from __future__ import annotations

from rlstudio.core.messages import Finished, StartTraining
from rlstudio.core.run_config import RunConfig
from rlstudio.jobs.forking import NothingKeptError
from rlstudio.ui.controller import Controller
from rlstudio.ui.main_window import MainWindow
from rlstudio.ui.run_words import ended_words, state_words


def test_a_fork_stopped_before_it_began_is_no_failure(whole_window: tuple[MainWindow, Controller]) -> None:
    window, controller = whole_window
    run = controller.training.shown
    config = RunConfig(env="CartPole-v1", algorithm="random", steps=10)
    run.start(StartTraining(config.model_dump(mode="json"), str(controller.starting._runs_dir)))
    words = "stopped before it came to step 300: nothing was kept of the fork"
    assert run._job is not None
    run._job.abandon()
    run._heard(Finished("stopped", NothingKeptError(words).summary()))
    run._ended(0)
    assert state_words(controller.training) == "Stopped before it began. Train starts a run (Ctrl+Enter)"
    assert f"Training {words}." in window.log.text()
    assert window.banner.isHidden()
    assert not controller.training.can_continue


def test_how_a_run_ended() -> None:
    summary = {"run": "/r", "steps": 1200, "mean_return": 9.96, "solved_at": {"episode": 30}}
    assert (
        ended_words("finished", summary) == "finished at step 1,200, mean return 10.0, goal reached after 30 episodes"
    )
    assert ended_words("stopped", {"run": "/r", "steps": 3}) == "stopped at step 3"
