"""Initial weights, drawn from a seeded NumPy generator so that every device starts alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def orthogonal(rng: np.random.Generator, n_in: int, n_out: int, gain: float) -> NDArray[Any]:
    """A (n_in, n_out) matrix with orthogonal rows or columns, times `gain`.

    Source: Saxe, McClelland, Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks" (2013), section 3; by QR of a Gaussian matrix, signs fixed so that the draw is uniform.
    """
    tall = rng.standard_normal((max(n_in, n_out), min(n_in, n_out)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))
    return gain * (q if n_in >= n_out else q.T)


def uniform_by_inputs(rng: np.random.Generator, n_in: int, shape: tuple[int, ...]) -> NDArray[Any]:
    """Uniform in ±1/√n_in: what `torch.nn.Linear` draws for weights and biases alike.

    Source: He et al., "Delving Deep into Rectifiers" (2015), eq. 10, with torch's slope a = √5.
    """
    bound = 1.0 / np.sqrt(n_in)
    return rng.uniform(-bound, bound, shape)
