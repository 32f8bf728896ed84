"""The firmware built: for this machine as a library, for the AVR as the sketch's own ELF file.

Lets the tests of this folder import `simulated_uno`.
"""

import ctypes
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE))
FIRMWARE = HERE.parents[1] / "firmware_bridge" / "firmware"
SOURCES = sorted((FIRMWARE / "src").glob("*.c"))
CORE = Path("/usr/share/arduino/hardware/arduino/avr")
STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")
AVR = (
    "-mmcu=atmega328p",
    "-DF_CPU=16000000UL",
    "-DARDUINO=10819",
    "-DARDUINO_AVR_UNO",
    "-DARDUINO_ARCH_AVR",
    "-DDECIMAL_DIG=__DECIMAL_DIG__",  # of avr-gcc 5
    "-Os",
    f"-I{CORE / 'cores' / 'arduino'}",
    f"-I{CORE / 'variants' / 'standard'}",
    f"-I{FIRMWARE / 'src'}",
    "-ffunction-sections",
    "-fdata-sections",
)
SKETCH = ("-std=gnu++11", "-fno-exceptions", "-fno-threadsafe-statics", "-x", "c++")


def run(*words: object, cwd: Path | None = None) -> None:
    """Run a compiler; what it says is shown if it fails."""
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done.stderr


def tool(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} (Debian: {package})")
    return found


@pytest.fixture(scope="session")
def host(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The C code as a library of this machine, that stops at undefined behaviour."""
    if sys.platform == "win32":
        pytest.skip("no C compiler is looked for on Windows")
    library = tmp_path_factory.mktemp("host") / "firmware.so"
    checks = ("-fsanitize=undefined", "-fno-sanitize-recover=all")
    options = (*STRICT, "-Wconversion", "-std=c99", "-O1", "-shared", "-fPIC", *checks)
    sources = (*SOURCES, HERE / "host.c")
    run(tool("cc", "gcc"), *options, f"-I{FIRMWARE / 'src'}", "-o", library, *sources)
    return ctypes.CDLL(str(library))


@pytest.fixture(scope="session")
def core(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The Arduino core and our C files as objects for an Uno."""
    cc, cxx = tool("avr-gcc", "gcc-avr avr-libc"), tool("avr-g++", "gcc-avr avr-libc")
    if not CORE.exists():
        pytest.skip("no Arduino core (Debian: arduino-core-avr)")
    folder = tmp_path_factory.mktemp("core")
    theirs = CORE / "cores" / "arduino"
    run(cc, *AVR, "-std=gnu11", "-w", "-c", *theirs.glob("*.c"), cwd=folder)
    run(cc, *AVR, "-x", "assembler-with-cpp", "-c", *theirs.glob("*.S"), cwd=folder)
    run(cxx, *AVR, *SKETCH[:3], "-w", "-c", *theirs.glob("*.cpp"), cwd=folder)
    run(cc, *AVR, "-std=c99", *STRICT, "-c", *SOURCES, cwd=folder)
    return sorted(folder.glob("*.o"))


@pytest.fixture(scope="session")
def sketch(core: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function that builds the sketch for an Uno with its settings, for instance FS_CHANNELS=4."""
    built: dict[tuple[tuple[str, object], ...], Path] = {}

    def build(**settings: object) -> Path:
        key = tuple(sorted(settings.items()))
        if key not in built:
            folder = tmp_path_factory.mktemp("sketch")
            defines = [f"-D{name}={value}" for name, value in key]
            words = (*AVR, *defines, *SKETCH, *STRICT[:2], "-Werror", "-include", "Arduino.h")
            ino = FIRMWARE / "examples" / "avr" / "avr.ino"
            run("avr-g++", *words, "-c", ino, "-o", folder / "sketch.o")
            linked = ("-Os", "-Wl,--gc-sections", folder / "sketch.o", *core)
            run("avr-gcc", AVR[0], *linked, "-o", folder / "sketch.elf")
            built[key] = folder / "sketch.elf"
        return built[key]

    return build


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner on libsimavr."""
    if not Path("/usr/include/simavr/sim_avr.h").exists():
        pytest.skip("no simavr (Debian: libsimavr-dev libelf-dev)")
    program = tmp_path_factory.mktemp("simulator") / "simrun"
    libraries = ("-lsimavr", "-lelf", "-lutil")
    options = ("-O2", *STRICT[:2], "-Werror", "-o", program)
    run(tool("cc", "gcc"), *options, HERE / "simrun.c", *libraries)
    return program
