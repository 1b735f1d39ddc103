"""Frames in, MP4 (H.264) or WebM (VP9) out: every frame kept and shown at its time, in colours that players agree on.

H.264 as players everywhere take it: yuv420p, sides made even by repeating the last row and column (nothing is cut off),
and the index in front of the pictures, so that it plays while it loads. The colours are converted and marked as BT.709.
The encoders are those of FFmpeg, in PyAV's wheels: libx264 and libvpx.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rlstudio.core.frame_store import Frame
from rlstudio.core.whole_file import whole_path
from rlstudio.media.errors import MediaError, TooLargeError, disk_errors
from rlstudio.media.info import MediaInfo
from rlstudio.media.timing import check_rate, check_side
from rlstudio.media.watch import Cancel, Progress, Watch

if TYPE_CHECKING:
    import av

FASTEST = 240.0
"""Frames a second that are allowed; screens show 60 to 144 of them, players keep the time all the same."""
SLOWEST = 0.1
_SMALL = 400_000
"""Pixels up to which one thread does: more of them cost half as much again in all, and libx264 then gains little."""
MOST_SIDE = 8192
"""Pixels that a side may have."""
_WHOLE_COLOUR = 0x4000
"""swscale's SWS_FULL_CHR_H_INP, which PyAV does not name: every pixel's colour is read. With "area" the colour of four
pixels is then their mean: a third faster than swscale's own choice, and 0.1 to 0.5 dB nearer to the frames."""


@dataclass(frozen=True)
class _Codec:
    """How one encoder is told what to do. Its "constant rate factor" goes from `finest` (quality 100) to `coarsest`."""

    name: str
    container: str
    finest: int
    coarsest: int
    options: dict[str, str]
    container_options: dict[str, str]

    def settings(self, quality: int, pixels: int) -> dict[str, str]:
        """Options of the encoder for a quality of 0 to 100 and pictures of so many pixels."""
        crf = round(self.coarsest + (self.finest - self.coarsest) * min(100, max(0, quality)) / 100)
        threads = {"threads": "1"} if pixels <= _SMALL else {}
        return {"threads": "auto", **self.options, "crf": str(crf), **threads}


# As measured in bench_media.py: slower presets take twice the time for a tenth of the size. Without B-frames
# and with motion to half pixels by the sum of differences (subme 1) it takes a quarter to two fifths of the time less
# than tuned for "animation", at the same PSNR (±0.3 dB) and 5 to 25 % more bytes. And libx264 with more B-frames reads
# memory that it never wrote, so that the same frames make different files.
_H264 = _Codec(
    "libx264",
    "mp4",
    14,
    36,
    {"preset": "veryfast", "bf": "0", "x264-params": "subme=1"},
    {"movflags": "faststart"},
)
_VP9 = _Codec("libvpx-vp9", "webm", 16, 58, {"b": "0", "deadline": "realtime", "cpu-used": "7", "row-mt": "1"}, {})


def write_mp4(
    path: Path,
    frames: Iterable[Frame],
    count: int,
    *,
    fps: float,
    quality: int = 85,
    stop_above: int | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> MediaInfo:
    """Write `count` frames as H.264 in MP4, whole or not at all.

    Args:
        frames: (height, width, 3) uint8 each, all of one size. A list or a FrameStore, say; not an iterator.
        fps: frames shown a second, 0.1 to 240.
        quality: 0 to 100. From 85 on no difference is seen.
        stop_above: bytes beyond which writing is given up.
        progress: called with (frames done, count) as it goes.
        cancelled: asked once a frame; True ends it.

    Raises:
        ValueError: no frames, not `count` of them, sizes that differ, or an `fps` beyond what is allowed.
        MediaError: the disk or the encoder refuses, in words; TooLargeError: beyond `stop_above`.
        Cancelled: `cancelled` said so. Nothing is left behind, as after any error.
    """
    watch = Watch(frames, count, progress=progress, cancelled=cancelled)
    return _write_video(_H264, path, watch, count, fps, quality, stop_above)


def write_webm(
    path: Path,
    frames: Iterable[Frame],
    count: int,
    *,
    fps: float,
    quality: int = 85,
    stop_above: int | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> MediaInfo:
    """Write `count` frames as VP9 in WebM; otherwise as `write_mp4`. WebM keeps time in thousandths of a second."""
    watch = Watch(frames, count, progress=progress, cancelled=cancelled)
    return _write_video(_VP9, path, watch, count, fps, quality, stop_above)


def _write_video(
    codec: _Codec, path: Path, frames: Iterable[Frame], count: int, fps: float, quality: int, stop_above: int | None
) -> MediaInfo:
    import av

    rate = _rate(fps)
    width = height = 0
    with disk_errors("write", path), whole_path(path, folder=False) as temporary:
        try:
            writer: _Writer | None = None
            with av.open(str(temporary), "w", format=codec.container, options=codec.container_options) as container:
                for number, frame in enumerate(frames):
                    if writer is None:
                        height, width = (side + side % 2 for side in frame.shape[:2])
                        writer = _Writer(container, codec, rate, width, height, quality, stop_above)
                    writer.add(frame, number)
                if writer is not None:
                    writer.finish()
        except OSError:
            raise
        except av.error.FFmpegError as error:  # those of the disk are OSErrors too
            raise MediaError(f"could not write {path}: the encoder {codec.name} refused ({error})") from error
        n_bytes = temporary.stat().st_size
        if stop_above is not None and n_bytes > stop_above:
            raise TooLargeError(f"{count} frames need more than {stop_above:,} bytes")
    return MediaInfo(path, count, width, height, n_bytes, float(count / rate), exact_colours=False)


class _Writer:
    """One stream of pictures in an open container."""

    def __init__(
        self,
        container: av.container.OutputContainer,
        codec: _Codec,
        rate: Fraction,
        width: int,
        height: int,
        quality: int,
        stop_above: int | None,
    ) -> None:
        from av.video.reformatter import (
            ColorPrimaries,
            ColorRange,
            Colorspace,
            ColorTrc,
            Interpolation,
            VideoReformatter,
        )

        check_side(width, height, MOST_SIDE, "a video")
        stream: Any = container.add_stream(codec.name, rate=rate, options=codec.settings(quality, width * height))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.time_base = 1 / rate
        context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        self._container, self._stream, self._time_base = container, stream, 1 / rate
        self._target: dict[str, Any] = {
            "format": "yuv420p",
            "dst_colorspace": Colorspace.ITU709,
            "dst_color_range": ColorRange.MPEG,
            "interpolation": Interpolation(int(Interpolation.AREA) | _WHOLE_COLOUR),
            "threads": 1,  # with more of them the same frame now and then comes out a little different
        }
        self._reformatter = VideoReformatter()
        self._size = (height, width)
        self._stop_above = stop_above
        self._n_bytes = 0

    def add(self, frame: Frame, number: int) -> None:
        import av

        down, across = self._size[0] - frame.shape[0], self._size[1] - frame.shape[1]
        if down or across:
            frame = np.pad(frame, ((0, down), (0, across), (0, 0)), mode="edge")
        picture = self._reformatter.reformat(av.VideoFrame.from_ndarray(frame, format="rgb24"), **self._target)
        picture.pts, picture.time_base = number, self._time_base
        self._mux(self._stream.encode(picture))

    def finish(self) -> None:
        self._mux(self._stream.encode())

    def _mux(self, packets: Iterable[Any]) -> None:
        for packet in packets:
            self._n_bytes += packet.size
            if self._stop_above is not None and self._n_bytes > self._stop_above:
                raise TooLargeError(f"the video needs more than {self._stop_above:,} bytes")
            self._container.mux(packet)


def _rate(fps: float) -> Fraction:
    check_rate(fps, SLOWEST, FASTEST, "a video")
    return Fraction(fps).limit_denominator(1001)
