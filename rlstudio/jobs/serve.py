"""What a child process does: get ready, wait for the command that says which job it is, do that job, end."""

from __future__ import annotations

import traceback
from pathlib import Path

from rlstudio.core import messages as m
from rlstudio.core.params import ParamError
from rlstudio.core.trusted_files import NotTrustedError, UserFileError
from rlstudio.workers.channel import Channel
from rlstudio.workers.vitals import Phase


def serve(channel: Channel) -> None:
    """Serve one job. Imports come first, so that a spare child that waits here starts at once when it is wanted."""
    import rlstudio.jobs.play
    import rlstudio.jobs.train  # noqa: F401

    channel.enter(Phase.WAITING)
    command = None
    while command is None:
        command = channel.receive(60.0)
    channel.enter(Phase.STARTING)
    try:
        do(command, channel)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        raise
    except Exception as error:
        channel.send(failure(error))


def do(command: m.Command, channel: Channel) -> None:
    """The job that a first command asks for."""
    match command:
        case m.StartTraining():
            from rlstudio.jobs.train import train

            train(command, channel)
        case m.StartPlaying():
            from rlstudio.jobs.play import play

            play(command, channel)
        case m.RecordEpisodes():
            from rlstudio.jobs.record import record

            record(command, channel)
        case m.RecordCheckpoints():
            from rlstudio.jobs.record_checkpoints import record_checkpoints

            record_checkpoints(command, channel)
        case m.EvaluatePolicy():
            from rlstudio.jobs.evaluate import evaluate

            evaluate(command, channel)
        case m.ExportPicture():
            from rlstudio.jobs.export import export

            export(command, channel)
        case m.FilmTraining():
            from rlstudio.jobs.film import film

            film(command, channel)
        case m.BranchEpisode():
            from rlstudio.jobs.branch import branch

            branch(command, channel)
        case m.ExportData():
            from rlstudio.jobs.episode_data import export_data

            export_data(command, channel)
        case m.ExportRun():
            from rlstudio.jobs.export_run import export_run

            export_run(command, channel)
        case m.ImportData():
            from rlstudio.jobs.episode_data import import_data

            import_data(command, channel)
        case m.ImportModel():
            from rlstudio.jobs.import_model import import_model

            import_model(command, channel)
        case m.MakeCatalogue(cache_dir):
            from rlstudio.envs.catalogue import build_cards, load_cards

            path = build_cards(Path(cache_dir))
            channel.send(m.CatalogueMade(str(path), len(load_cards(Path(cache_dir)) or ())))
            channel.send(m.Finished("finished"))
        case m.Stop():
            channel.send(m.Finished("stopped"))


def failure(error: BaseException) -> m.Failed:
    """An exception as it crosses to the window: what happened, what to do, the traceback as text."""
    from rlstudio.core.whole_file import reason
    from rlstudio.media.errors import MediaError
    from rlstudio.storage.errors import RunFolderError

    spoken = ValueError | MediaError | RunFolderError
    words = "".join(traceback.format_exception_only(error)).strip()
    if isinstance(error, OSError) and error.filename is not None:
        words = f"{error.filename}: {reason(error)}"
    message = str(error).strip() if isinstance(error, spoken) and str(error).strip() else words
    return m.Failed(message, _advice(error), "".join(traceback.format_exception(error)))


def _advice(error: BaseException) -> str:
    from rlstudio.envs.make import MakeError
    from rlstudio.jobs.replay import NotTheSameError
    from rlstudio.media.errors import MediaError
    from rlstudio.storage.model_zip import ModelError

    if isinstance(error, MediaError):
        return "Nothing was written."
    if isinstance(error, ModelError):
        return "No run was made of it."
    if isinstance(error, ParamError):
        return "Change the value and train again."
    if isinstance(error, NotTrustedError):
        return "Nothing was run."
    if isinstance(error, UserFileError):
        return "Correct the file and start again; you will be asked about it anew."
    if isinstance(error, NotTheSameError):
        return f"Only a frame before {error.frame:,} has a what if." if error.frame else "There is no what if of it."
    if isinstance(error, MakeError):
        return "Choose another environment, or install what it needs."
    if isinstance(error, MemoryError):
        return "Use a smaller replay buffer or fewer copies of the environment."
    if isinstance(error, OSError):
        return "Check that the disk has room and that the runs folder can be written."
    return "What was learned before is in the run folder. The details tell where it happened."
