"""What a person last chose, kept from one opening of the window to the next."""

from __future__ import annotations

from rlstudio.core.params import ParamError
from rlstudio.ui.main_window import MainWindow


def recall(window: MainWindow) -> None:
    """Last choices come back."""
    settings = window.settings
    request = settings.get("request", dict, {})
    if request:
        try:
            window.setup.set_request(request)
        except (
            ParamError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            OverflowError,
        ):  # another version's: afresh
            settings.set(request={})
    window.toolbar.speed.set_position(settings.get("speed", int, 50))
    window.toolbar.seeds.set_count(settings.get("seeds", int, 5))
    watch, unit = settings.get("watch", str, "policy"), settings.get("step_unit", str, "step")
    window.stage.set_watch_mode(watch if watch in ("policy", "training", "off") else "policy")
    window.toolbar.set_unit(unit if unit in ("step", "update", "episode") else "step")  # type: ignore[arg-type]


def remember(window: MainWindow) -> None:
    """Keep the present choices."""
    window.settings.set(
        seeds=window.toolbar.seeds.count,
        speed=window.toolbar.speed.position(),
        watch=window.stage.watch_mode(),
        step_unit=window.toolbar.unit,
    )
    window.settings.set(request=window.setup.draft())
