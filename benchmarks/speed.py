"""How fast is an analysis: against one band-pass of the same samples, and against real time.

Both are timed in turn in one run on one thread, so that the ratio holds on any machine:
8 channels at 2 kHz in 1-s blocks; the whole of detection, classification and summary against one
4th-order `scipy.signal.sosfilt` band-pass. Usage: speed.py [SECONDS] [REPEATS]
"""

import os
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
from scipy import signal
from signal_of_rest import N_CHANNELS, RATE_HZ, resting

from fasciscope.app import Settings, analyse
from fasciscope.core import ChannelInfo, Provenance, Recording, SampleBlock, StreamInfo

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def recording_of(uv: np.ndarray) -> Recording:
    channels = tuple(ChannelInfo(f"ch{i + 1}", 1.0) for i in range(uv.shape[1]))
    info = StreamInfo("benchmark", RATE_HZ, channels)

    def blocks() -> Iterator[SampleBlock]:
        for start in range(0, len(uv), RATE_HZ):
            yield SampleBlock(info, start, uv[start : start + RATE_HZ])

    return Recording(info, blocks, Provenance("benchmark", "array"), n_samples=len(uv))


def band_pass(uv: np.ndarray) -> None:
    sos = signal.butter(4, (20, 450), "bandpass", fs=RATE_HZ, output="sos")
    state = np.zeros((len(sos), 2, uv.shape[1]))
    for start in range(0, len(uv), RATE_HZ):
        _, state = signal.sosfilt(sos, uv[start : start + RATE_HZ], axis=0, zi=state)


def seconds_of(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main(seconds: int = 120, repeats: int = 5) -> None:
    uv = resting(seconds)
    recording = recording_of(uv)
    session = analyse(recording, Settings())  # the first run also imports and fills caches
    filtered, analysed = [], []
    for _ in range(repeats):
        filtered.append(seconds_of(lambda: band_pass(uv)))
        analysed.append(seconds_of(lambda: analyse(recording, Settings())))
    one, all_of_it = min(filtered), min(analysed)
    print(f"{N_CHANNELS} channels, {RATE_HZ} Hz, {seconds} s, {len(session.events)} events")
    print(f"one band-pass  {one:.3f} s   analysis {all_of_it:.3f} s (best of {repeats})")
    print(f"ratio          {all_of_it / one:.1f}")
    print(f"real time      {seconds / all_of_it:.0f} x")


if __name__ == "__main__":
    if not ONE_THREAD.items() <= os.environ.items():  # the libraries read them when they are loaded
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_THREAD)
    main(*map(int, sys.argv[1:]))
