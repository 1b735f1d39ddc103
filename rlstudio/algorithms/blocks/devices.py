"""Which device a run computes on, resolved once."""

from __future__ import annotations

from rlstudio.core.params import ParamError, ParamFault


def resolve_device(name: str) -> str:
    """ "cpu", "cuda" or "mps" for a configured name. "auto" is the CPU: measured faster for networks this small,
    where moving each batch to a graphics card takes longer than the arithmetic.

    torch is imported only when a graphics card is asked for by name.

    Raises:
        ParamError: the device asked for is not there, or no such name; says what is there.
    """
    if name in ("auto", "cpu"):
        return "cpu"
    if name not in ("cuda", "mps"):
        raise ParamError([ParamFault("device", name, "one of auto, cpu, cuda, mps")])
    import torch

    present = ["cpu"]
    if torch.cuda.is_available():
        present.append("cuda")
    if torch.backends.mps.is_available():
        present.append("mps")
    if name not in present:
        raise ParamError(
            [
                ParamFault(
                    "device", name, f"a device of this machine: {', '.join(present)} (or auto, which takes the CPU)"
                )
            ]
        )
    return name
