"""RL Studio: watch an agent learn.

The settings below must be made before numpy, torch or pygame is first imported, alike for the window, the command
line and every child process: they decide the bits of a matrix product (OpenBLAS adds in another order with more
threads), the speed of small networks, and whether pygame opens a window of its own.
"""

import os

__version__ = "0.1.0"

for _name, _value in {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "SDL_VIDEODRIVER": "dummy",
    "SDL_AUDIODRIVER": "dummy",
    "PYGAME_HIDE_SUPPORT_PROMPT": "1",
}.items():
    os.environ[_name] = _value
