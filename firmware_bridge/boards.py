"""The table of boards: the facts that a raw recording of counts leaves out.

Each line names the source that it was checked against as ``repository file@commit``; for our
own firmware that is our page. A scale or a pass-band that nobody published is None, never a guess.
"""

from dataclasses import dataclass, replace

from fasciscope.core import Tier, UsageError, tier_of

# Third-order sinc filter of the ADS1299, -3 dB point over data rate (TI SBAS499, digital decimation).
ADS1299_BANDWIDTH = 0.262


@dataclass(frozen=True, slots=True)
class Board:
    """One board in its usual setting.

    `rate_hz` is the true rate, not the nominal one; None where the user selects it. `bits` is the
    width of a sample. `uv_per_count` is microvolts at the electrodes, None for uncalibrated boards.
    `bandwidth_hz` is the pass-band before sampling, None if unknown. `envelope` marks boards that
    send a rectified envelope. `counter_bits` is the width of the wire's sample counter, 0 for none:
    then losses can't be counted. `caution` is a sentence that a report should repeat.
    """

    name: str
    title: str
    transport: str
    rate_hz: float | None
    channels: int
    bits: int
    uv_per_count: float | None
    bandwidth_hz: tuple[float, float] | None
    counter_bits: int
    source: str
    envelope: bool = False
    caution: str = ""

    @property
    def tier(self) -> Tier | None:
        """What recordings of this board can tell; None where the rate is for the user to select."""
        if self.rate_hz is None:
            return None
        return tier_of(
            self.rate_hz,
            bandwidth_hz=self.bandwidth_hz,
            resolution_uv=self.uv_per_count,
            envelope=self.envelope,
        )


def _ads1299(gain: float) -> float:
    """Microvolts a count at the usual 4.5 V reference."""
    return 4.5 / (2**23 - 1) / gain * 1e6


def _sinc(rate_hz: float) -> tuple[float, float]:
    return (0.0, ADS1299_BANDWIDTH * rate_hz)


_GANGLION = 1.2e6 / (8388607 * 1.5 * 51)
"""Microvolts a count: 1.2 V reference, gain 51 before the converter."""

_BF = "brainflow-dev/brainflow src/board_controller/"
_CHORDS = "upsidedownlabs/Chords-Python chordspy/chords_serial.py@5f36655d3205"
_BYB = "BackyardBrains/Spike-Recorder src/engine/ArduinoSerial.cpp@c852a0b3006f"
_NO_COUNTER = "The wire has no sample counter: lost samples cannot be counted."
_OWN_CLOCK = "There is no counter: losses are told by the board's own clock."
_GAIN = "The scale follows from a gain that the user sets: not known here."

# A Muscle BioAmp Candy (or BisCute) before the converter: gain 2420, 72-720 Hz.
_CANDY_GAIN = 2420.0
_CANDY_BAND_HZ = (72.0, 720.0)


def _chords(name: str, title: str, rate_hz: float, channels: int, bits: int) -> Board:
    return Board(
        name=f"chords-{name}",
        title=f"{title}, Chords firmware",
        transport="serial",
        rate_hz=rate_hz,
        channels=channels,
        bits=bits,
        uv_per_count=None,
        bandwidth_hz=None,
        counter_bits=8,
        source=_CHORDS,
        caution="The amplifier is a separate board: its gain is not known here.",
    )


def _candy(name: str, title: str, rate_hz: float, channels: int, bits: int, volts: float) -> Board:
    return replace(
        _chords(name, title, rate_hz, channels, bits),
        name=f"candy-{name}",
        title=f"{title}, Chords firmware, Muscle BioAmp Candy",
        uv_per_count=volts / 2**bits / _CANDY_GAIN * 1e6,
        bandwidth_hz=_CANDY_BAND_HZ,
        caution="The amplifier passes 72-720 Hz: what lies above half the rate is folded down.",
    )


def _own(name: str, title: str, channels: int, bits: int) -> Board:
    return Board(
        name=f"fasciscope-{name}",
        title=title,
        transport="serial",
        rate_hz=None,
        channels=channels,
        bits=bits,
        uv_per_count=None,
        bandwidth_hz=None,
        counter_bits=32,
        source="docs/protocol.md",
        caution="The amplifier is a separate sensor: its gain and its pass-band are not known here.",
    )


# fmt: off
_TABLE = (
    Board("cyton", "OpenBCI Cyton, radio dongle", "serial", 250.0, 8, 24, _ads1299(24), _sinc(250.0), 8,
          _BF + "openbci/cyton.cpp@9097190cc70f"),
    Board("cyton-daisy", "OpenBCI Cyton + Daisy, radio dongle", "serial", 125.0, 16, 24, _ads1299(24), None, 8,
          _BF + "openbci/cyton_daisy.cpp@9097190cc70f",
          caution="Each value is the mean of two conversions, and the two halves are 4 ms apart."),
    Board("cyton-wifi", "OpenBCI Cyton, WiFi shield", "tcp", 1000.0, 8, 24, _ads1299(24), _sinc(1000.0), 8,
          _BF + "openbci/cyton_wifi.cpp@9097190cc70f"),
    Board("ganglion", "OpenBCI Ganglion", "ble", 199.005, 4, 24, _GANGLION, None, 8,
          _BF + "openbci/ganglion_native.cpp@9097190cc70f",
          caution="Firmware 3 sends 18 or 19 of the 24 bits and drops one sample of every 201."),
    Board("ganglion-2", "OpenBCI Ganglion, firmware 2", "ble", 200.0, 4, 24, _GANGLION, None, 8,
          _BF + "openbci/ganglion.cpp@9097190cc70f",
          caution="It sends differences: after a lost packet nothing is known for as much as a second."),
    _chords("uno-r3", "Arduino Uno R3", 250.0, 6, 10),
    _chords("nano", "Arduino Nano", 250.0, 8, 10),
    _chords("mega", "Arduino Mega 2560 R3", 250.0, 16, 10),
    _chords("uno-r4", "Arduino Uno R4", 500.0, 6, 14),
    _chords("pico", "Raspberry Pi Pico", 500.0, 3, 12),
    _chords("giga-r1", "Arduino Giga R1", 500.0, 6, 16),
    _chords("black-pill", "STM32F4 Black Pill", 500.0, 8, 12),
    _candy("uno-r3", "Arduino Uno R3", 250.0, 6, 10, 5.0),
    _candy("uno-r4", "Arduino Uno R4", 500.0, 6, 14, 5.0),
    _candy("pico", "Raspberry Pi Pico", 500.0, 3, 12, 3.3),
    Board("npg-lite", "Neuro PlayGround Lite, USB", "serial", 500.0, 3, 12, None, None, 8,
          "upsidedownlabs/Chords-Arduino-Firmware NPG-LITE-Serial.ino@25fbe78bd94b"),
    Board("npg-lite-ble", "Neuro PlayGround Lite, Bluetooth", "ble", 500.0, 3, 12, None, None, 8,
          "upsidedownlabs/Chords-Arduino-Firmware NPG-LITE-BLE.ino@1a104b58a024",
          caution="When its queue is full it drops samples without advancing the counter."),
    Board("bitalino", "BITalino (r)evolution", "bluetooth", 1000.0, 6, 10, 3.3e6 / 2**10 / 1009, None, 4,
          "BITalinoWorld/revolution-python-api bitalino.py@7128b3bab800",
          caution="More than 15 lost frames in a row cannot be told; channels 5 and 6 have 6 bits."),
    Board("muscle-spikershield", "Backyard Brains Muscle SpikerShield, one channel", "serial", 10050.25, 1, 10,
          None, None, 0, _BYB, caution=_NO_COUNTER),
    Board("spikerbox-pro", "Backyard Brains Muscle SpikerBox Pro", "usb-hid", 10000.0, 2, 10,
          None, None, 0, _BYB, caution=_NO_COUNTER),
    Board("human-spikerbox", "Backyard Brains Human SpikerBox", "serial", 5000.0, 1, 14,
          None, None, 0, _BYB, caution=_NO_COUNTER),
    Board("olimex", "Olimex SHIELD-EKG-EMG", "serial", 250.0, 6, 10, None, None, 8,
          "logston/olimex-ekg-emg olimex@d2dbfb362344",
          caution="The sketch says 256 Hz, but its timer fires at 250 Hz."),
    Board("healthypi5", "ProtoCentral HealthyPi 5", "serial", 128.0, 1, 32, None, None, 0,
          "Protocentral/healthypi_5_firmware HPIOpenView.cpp@d3ccc368beee", caution=_NO_COUNTER),
    Board("umyo", "uMyo, USB base", "serial", 1116.0, 1, 14, None, None, 8,
          "ultimaterobotics/uMyo_python_tools umyo_parser.py@e5fd691f09d3",
          caution="Each sample is added to one 11 (50 Hz) or 9 (60 Hz) before it: a comb in the spectrum."),
    Board("umyo-ble", "uMyo, Bluetooth, firmware of 2026", "ble", 1150.0, 1, 14, None, None, 32,
          "ultimaterobotics/uf1-tools uf1_umyo_ble_adapter.py@4b8a21eeb1da",
          caution="The rate is its makers' figure; their log shows 1238 Hz, older firmware has 1116 Hz."),
    Board("umyo-radio", "uMyo, its own radio", "nrf24", 1116.0, 1, 14, None, None, 7,
          "ultimaterobotics/uMyo@d3a14b3a7ded", caution="Steps of 255 counts and more are cut off."),
    Board("umyo-udp", "uMyo, UF1 over UDP", "udp", 1150.0, 1, 14, None, None, 32,
          "ultimaterobotics/uf1-tools uf1.py@8779f02444a3",
          caution="The rate is its makers' figure; older firmware has 1116 Hz."),
    Board("myo", "Thalmic Myo armband", "ble", 200.0, 8, 8, None, None, 2,
          "thalmiclabs/myo-bluetooth myohw.h@c79c1a5d86bd",
          caution="The four characteristics in turn are all the counter there is: 40 ms lost look like none."),
    Board("myoware-envelope", "MyoWare 2.0, ENV output", "serial", None, 1, 10, None, None, 0,
          "AdvancerTechnologies/MyoWare-Arduino-Library@2c2bcb97af22", envelope=True, caution=_NO_COUNTER),
    *(Board(f"lines-{n}", f"Lines of text with {n} number{'s' * (n > 1)}", "serial", None, n, 24, None, None, 0,
            "AdvancerTechnologies/MyoWare-Arduino-Library@2c2bcb97af22", caution=_NO_COUNTER)
      for n in range(1, 9)),
    Board("shimmer3", "Shimmer3 EXG", "bluetooth", None, 4, 24, None, None, 24,
          "seemoo-lab/pyshimmer pyshimmer/reader/shimmer_reader.py@a2ef575861b4", caution=_GAIN),
    Board("hackeeg", "HackEEG", "serial", None, 8, 24, None, None, 32,
          "starcat-io/hackeeg-client-python hackeeg/driver.py@2ef5291df9a5", caution=_GAIN),
    Board("cerelog", "Cerelog ESP-EEG", "serial", 250.0, 8, 24, 2 * 4.5e6 / 24 / 2**24, _sinc(250.0), 32,
          "Cerelog-ESP-EEG/ESP-EEG esp32_firmware.ino@d37d85b1fc0a", caution=_OWN_CLOCK),
    Board("gforce", "OYMotion gForcePro+", "ble", None, 8, 8, None, None, 0,
          "oymotion/gforce_sdk_python lib_gforce/gforce.py@13e30d38909f", caution=_NO_COUNTER),
    Board("gforce-12", "OYMotion gForcePro+, 12 bits", "ble", 500.0, 8, 12, None, None, 0,
          "oymotion/gforce_sdk_python lib_gforce/gforce.py@13e30d38909f", caution=_NO_COUNTER),
    Board("mudra-link", "Mudra Link", "ble", 834.0, 3, 16, None, None, 32,
          "ttktjmt/mudraka@48c3a01a22f8",
          caution=_OWN_CLOCK),
    Board("emager", "EMaGer", "serial", None, 64, 16, None, None, 0,
          "LibEMG/libemg _emager_streamer.py@285350e4d4fd", caution=_NO_COUNTER),
    Board("muovi", "OT Bioelettronica Muovi, EMG mode", "tcp", 2000.0, 32, 16, 0.286, None, 16,
          "LibEMG/libemg _OTB_Muovi.py@285350e4d4fd"),
    Board("freeeeg32", "FreeEEG32", "serial", 512.0, 32, 24, 2.5e6 / (2**23 - 1) / 8, None, 8,
          _BF + "freeeeg32@9097190cc70f"),
    Board("knight", "NeuroPawn Knight", "serial", 125.0, 8, 16, 4e6 / 32767 / 12, None, 8,
          _BF + "neuropawn@9097190cc70f"),
    Board("biolistener", "BioListener with ADS131M08", "tcp", None, 8, 24, 2 * 1.2e6 / (2**24 * 8), None, 32,
          _BF + "biolistener@9097190cc70f"),
    _own("uno", "Arduino Uno R3, fasciscope firmware, one channel", 1, 10),
    _own("esp32", "ESP32, fasciscope firmware, one channel", 1, 12),
    *(_own(f"{n}", f"fasciscope firmware, channels: {n}", n, 16) for n in range(1, 9)),
)
# fmt: on

BOARDS: dict[str, Board] = {line.name: line for line in _TABLE}
"""All boards by name."""


def board(name: str) -> Board:
    """The board called `name`, in any case. Raises UsageError, with the names there are."""
    found = BOARDS.get(name.strip().lower())
    if found is None:
        raise UsageError(f"There is no board {name!r}. Boards known: {', '.join(sorted(BOARDS))}.")
    return found
