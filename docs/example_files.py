"""Write two small recordings to play with: rest.edf, which says all, and counts.wav, which does not.

Usage: example_files.py FOLDER. Two minutes of noise with twitches, made up: nobody's muscle.
"""

import sys
import wave
from pathlib import Path

import edfio
import numpy as np

RATE_HZ = 1000
SECONDS = 120


def resting() -> np.ndarray:
    """(n_samples, 2) microvolts: noise of 5 uV, twice a second at most a twitch of 150 uV on the first."""
    rng = np.random.default_rng(1)
    uv = rng.normal(0.0, 5.0, (RATE_HZ * SECONDS, 2))
    time_ms = np.arange(-10, 11)
    twitch = 100 * (1 - (time_ms / 2.5) ** 2) * np.exp(-((time_ms / 3.5) ** 2))
    for start in rng.choice(np.arange(0, len(uv) - 500, 500), 25, replace=False):
        uv[start : start + 21, 0] += twitch
    return uv


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    uv = resting()
    signals = [
        edfio.EdfSignal(column, RATE_HZ, label=f"EMG {side} calf", physical_dimension="uV")
        for side, column in zip(("left", "right"), uv.T, strict=True)
    ]
    edfio.Edf(signals).write(folder / "rest.edf")
    with wave.open(str(folder / "counts.wav"), "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes((512 + uv[:, 0] / 3.2).round().astype("<i2").tobytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
