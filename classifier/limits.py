"""What a recording cannot tell, as sentences: said on every output."""

from collections.abc import Sequence

from fasciscope.core import Pattern, SiteSummary, StreamInfo

USABLE_S = 90.0
GOOD_S = 900.0  # 15-30 min of rest is the recommended length (science.md 5.3)


def limits_of(info: StreamInfo, sites: Sequence[SiteSummary], pattern: Pattern) -> tuple[str, ...]:
    """The limits of this recording, those that all share last."""
    usable_s = max(site.usable_s for site in sites)
    said = [f"Tier {info.tier.letter} ({info.tier.reason}): {info.tier.allowed}."]
    if usable_s < USABLE_S:
        said.append(
            f"{usable_s:.0f} s of usable rest are too short to say that fasciculations are absent "
            f"({USABLE_S:.0f} s at least)."
        )
    elif usable_s < GOOD_S:
        said.append(
            f"{usable_s / 60:.1f} usable minutes leave wide intervals; 15 to 30 minutes of rest are "
            f"recommended."
        )
    bare = [channel.name for channel in info.channels if not channel.calibrated]
    if bare:
        said.append(
            f"Uncalibrated ({', '.join(bare[:8])}): amplitudes are multiples of the noise, not "
            f"comparable between recordings."
        )
    if info.n_channels < 5:
        said.append(
            f"{info.n_channels} site{'s' if info.n_channels > 1 else ''} cannot show how far activity "
            f"is spread over the body."
        )
    if pattern in (Pattern.CRAMP, Pattern.CRAMP_FASCICULATION):
        said.append(
            "A cramp was told from a contraction by its course, not by intent: ask whether it hurt "
            "and whether it was wanted."
        )
    said.append(
        "Distinct shapes are not motor units. Surface EMG shows neither fibrillations nor strength, "
        "wasting, reflexes or cause."
    )
    return tuple(said)
