"""Session summaries for the tests of match()."""

from fasciscope.core import (
    ChannelInfo,
    Interval,
    Pattern,
    ReviewFlag,
    SessionSummary,
    SiteSummary,
    StreamInfo,
)


def site(channel: ChannelInfo, rate_per_min: float) -> SiteSummary:
    return SiteSummary(
        channel=channel,
        recorded_s=600.0,
        usable_s=600.0,
        lost_s=0.0,
        active_s=0.0,
        unusable_s={},
        counts={},
        duration_s={},
        rate_per_min=Interval(rate_per_min, 0.0, 2 * rate_per_min + 1.0),
        noise=2.0,
        snr_median=None,
        amplitude_uv_median=None,
        amplitude_uv_iqr=None,
        isolated_share=None,
        interval_cv=None,
        n_shapes=0,
    )


def summary(
    pattern: Pattern,
    flags: tuple[ReviewFlag, ...] = (),
    rate_per_min: float = 3.0,
    n_sites: int = 2,
) -> SessionSummary:
    channels = tuple(ChannelInfo(f"ch{i}", 1.0) for i in range(n_sites))
    return SessionSummary(
        info=StreamInfo("test", 1000.0, channels),
        source="test",
        format="test",
        version="0",
        duration_s=600.0,
        sites=tuple(site(channel, rate_per_min) for channel in channels),
        pattern=pattern,
        pattern_probability=0.9,
        pattern_reasons=(),
        review_flags=flags,
        limits=(),
        gaps=(),
        minute_counts=(),
        minute_usable_s=(),
        settings={},
    )
