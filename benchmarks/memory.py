"""How much memory does a night take: peak memory of analysing hours of 8-channel EMG from an EDF file.

A minute of EDF is written once and its records repeated (8 h are 0.9 GB), the file is analysed in a
process of its own, and everything is deleted. Usage: memory.py [HOURS]
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import edfio
from signal_of_rest import RATE_HZ, resting

COUNT_AT = slice(236, 244)  # EDF header: number of data records, 8 characters

CHILD = """
import resource, sys, time
from fasciscope.app import Settings, analyse
from fasciscope.datasets import open_recording
peak_mb = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
import scipy.signal
before, start = peak_mb(), time.perf_counter()
session = analyse(open_recording(sys.argv[1]), Settings())
took = time.perf_counter() - start
seconds = session.summary.duration_s
print(f"{seconds / 3600:.2f} h, {len(session.events)} events, {took:.0f} s ({seconds / took:.0f} x real time)")
print(f"peak memory {peak_mb():.0f} MB, of which {before:.0f} MB are there before the first sample")
"""


def write_night(path: Path, minutes: int) -> None:
    """One minute of signal, its records repeated `minutes` times."""
    signals = [
        edfio.EdfSignal(column, RATE_HZ, label=f"EMG {i + 1}", physical_dimension="uV",
                        physical_range=(-3276.8, 3276.7))
        for i, column in enumerate(resting(60).T)
    ]  # fmt: skip
    edf = edfio.Edf(signals, data_record_duration=1)
    whole = edf.to_bytes()
    header, records = (
        bytearray(whole[: edf.bytes_in_header_record]),
        whole[edf.bytes_in_header_record :],
    )
    header[COUNT_AT] = f"{60 * minutes:<8d}".encode()
    with path.open("wb") as handle:
        handle.write(header)
        for _ in range(minutes):
            handle.write(records)


def main(hours: float = 8.0) -> None:
    with tempfile.TemporaryDirectory() as folder:
        night = Path(folder) / "night.edf"
        write_night(night, round(hours * 60))
        print(f"{night.stat().st_size / 1e6:.0f} MB of EDF", flush=True)
        subprocess.run([sys.executable, "-c", CHILD, str(night)], check=True)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
