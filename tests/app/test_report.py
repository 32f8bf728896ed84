import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import fabricated
import numpy as np
import pytest
from scipy.stats import poisson

from fasciscope.app.report import report_html
from fasciscope.app.report.cramp import extremes, median_hz, spectrum
from fasciscope.app.report.firmness import percent
from fasciscope.app.report.rate import rates_over_time
from fasciscope.app.report.shapes import MAX_SHAPES
from fasciscope.app.report.view import KINDS
from fasciscope.app.session import Session
from fasciscope.classifier import History, load_catalogue, match
from fasciscope.core import Annotation, ChannelInfo, Event, Label, Pattern, ReviewFlag

VOID = {"meta", "link", "br", "hr", "img", "input", "path", "use", "image", "rect", "circle"}
HOSTILE = "<script>alert(1)</script>\"'&$x_{ \x1b[31m \u202egnp.exe"

UNCALIBRATED = fabricated.Plan(
    minutes=5,
    channels=(ChannelInfo("EMG", None),),
    rates_per_min=(7.0,),
    cramp_at_s=100.0,
    n_shapes=2,
)
MANY = fabricated.Plan(
    channels=tuple(ChannelInfo(f"CH{i}", 0.1) for i in range(32)),
    rates_per_min=tuple(float(i % 7) for i in range(32)),
    n_shapes=30,
)
NIGHT = fabricated.Plan(
    minutes=480, channels=fabricated.NAMED, rates_per_min=(14.0, 0.2, 30.0, 22.0), n_shapes=3
)


class Page(HTMLParser):
    """Checks that elements are closed in order; keeps tags, ids and text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


PLAIN = fabricated.session()
PAGES = {
    "two sites and a cramp": PLAIN,
    "nothing found": fabricated.empty(),
    "nothing usable": fabricated.empty(usable=False),
    "one uncalibrated channel": fabricated.session(UNCALIBRATED),
    "32 channels": fabricated.session(MANY),
    "a night": fabricated.session(NIGHT),
}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: report_html(session) for name, session in PAGES.items()}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_well_formed_and_its_ids_are_its_own(pages: dict[str, str], name: str) -> None:
    page = Page(pages[name])
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    used = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', pages[name])
    assert {one or other for one, other in used} <= set(ids)
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == 1
    assert all("scope" in attributes for attributes in page.all("th"))


@pytest.mark.parametrize("name", PAGES)
def test_the_page_has_no_script_and_asks_for_nothing(pages: dict[str, str], name: str) -> None:
    text = pages[name]
    page = Page(text)
    assert not {"script", "link", "iframe", "object", "img"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert not any(key.startswith("on") for key in attributes)
        for key in ("src", "href", "xlink:href"):
            assert (attributes.get(key) or "#").startswith(("#", "data:image/png"))
    assert not re.search(r"url\((?!#)|@import", text)
    assert set(re.findall(r"https?://[^\"' ]+", text)) <= {"http://www.w3.org/1999/xlink"}


@pytest.mark.parametrize("name", PAGES)
def test_every_figure_says_in_words_what_it_shows(pages: dict[str, str], name: str) -> None:
    page = Page(pages[name])
    figures = [a for a in page.all("svg") if a.get("role") == "img"]
    assert len(figures) == len(page.all("svg")) == len(page.all("figure"))
    assert len(page.all("figcaption")) == len(figures)
    ids = {a.get("id") for tag, a in page.tags if tag in {"title", "desc"}}
    for attributes in figures:
        assert set((attributes["aria-labelledby"] or "").split()) <= ids


@pytest.mark.parametrize("name", PAGES)
def test_the_page_stays_under_a_megabyte_and_never_diagnoses(
    pages: dict[str, str], name: str
) -> None:
    assert len(pages[name].encode()) < 1_000_000
    text = Page(pages[name]).text
    assert "never diagnoses" in text
    assert "benign" not in text.lower()


def test_the_same_session_gives_the_same_page(pages: dict[str, str]) -> None:
    assert report_html(PLAIN) == pages["two sites and a cramp"]


def test_the_headline_says_where_how_often_and_how_long(pages: dict[str, str]) -> None:
    text = Page(pages["two sites and a cramp"]).text
    rate = PLAIN.summary.sites[0].rate_per_min
    assert (
        f"Cramp and fasciculations at 1 of 2 sites: {rate.value:.1f} ({rate.low:.1f}–{rate.high:.1f}) "
        "per minute at right gastrocnemius; one cramp of 24 s."
    ) in text


def test_the_probability_of_each_pattern_is_told_in_figures_not_only_drawn(
    pages: dict[str, str],
) -> None:
    page = Page(pages["two sites and a cramp"])
    text = page.text
    assert "Cramp and fasciculations 86 % Isolated fasciculations without sustained" in text
    assert "Cramp without fasciculations apart from it 4 %" in text
    assert "Probability of each pattern; all others under 1 %" in text
    assert [a["style"] for a in page.all("i")] == ["width:86.0%", "width:9.0%", "width:4.0%"]


def test_rates_by_other_rules_stand_beside_the_one_that_is_told(pages: dict[str, str]) -> None:
    text = Page(pages["two sites and a cramp"]).text
    site = PLAIN.summary.sites[0]
    told = [site.rate_per_min, *(under.rate_per_min for under in site.rate_sensitivity)]
    assert " ".join(f"{rate.value:.1f}" for rate in told) in text
    assert "The pattern would be the same under each of these rules." in text
    assert "How firm the rates are" not in Page(pages["nothing found"]).text


def test_the_page_says_where_another_rule_gives_another_pattern() -> None:
    under = {
        **PLAIN.summary.pattern_sensitivity,
        "isolated_500_ms": Pattern.CRAMP,
        "probability_0.9": Pattern.CRAMP,
    }
    html = report_html(replace(PLAIN, summary=replace(PLAIN.summary, pattern_sensitivity=under)))
    assert (
        "The session would be called otherwise under “alone by 500 ms” and “probability ≥ 0.9”: "
        "Cramp without fasciculations apart from it."
    ) in Page(html).text


def test_a_widened_interval_says_so(pages: dict[str, str]) -> None:
    site = replace(PLAIN.summary.sites[0], rate_method="quasi-Poisson")
    wide = replace(PLAIN, summary=replace(PLAIN.summary, sites=(site, *PLAIN.summary.sites[1:])))
    assert '<span class="small">widened</span>' in report_html(wide)
    assert '<span class="small">widened</span>' not in pages["two sites and a cramp"]


@pytest.mark.parametrize(
    ("chance", "words"),
    [(1.0, "100 %"), (0.9999, "over 99 %"), (0.5, "50 %"), (0.002, "under 1 %"), (0.0, "0 %")],
)
def test_no_probability_is_rounded_to_certainty(chance: float, words: str) -> None:
    assert percent(chance) == words


def test_no_microvolt_stands_on_the_page_of_an_uncalibrated_channel(pages: dict[str, str]) -> None:
    text = Page(pages["one uncalibrated channel"]).text
    assert not re.search(r"[µu]V", text)
    assert "× noise" in text


def test_under_ninety_seconds_nothing_is_called_quiet() -> None:
    short = fabricated.empty(fabricated.Plan(minutes=1, usable_share=1.0))
    assert short.summary.pattern is Pattern.QUIET
    text = Page(report_html(short)).text
    assert "Not assessable: only 60 s of usable signal" in text
    assert "No fasciculations or cramps found" not in text


def test_no_usable_time_gives_no_rate(pages: dict[str, str]) -> None:
    text = Page(pages["nothing usable"]).text
    assert "there is no rate" in text
    assert "nan" not in text.lower().split()


def test_rarer_shapes_are_counted_not_drawn(pages: dict[str, str]) -> None:
    assert f"{30 - MAX_SHAPES} rarer shapes are not shown" in Page(pages["32 channels"]).text


def hostile() -> Session:
    channels = (ChannelInfo(HOSTILE, 0.1, HOSTILE, "left"), ChannelInfo("筋電図 😀", 0.1))
    made = fabricated.session(replace(fabricated.Plan(minutes=3), channels=channels))
    event = Event(0, 1, 2, 3, Label.ARTEFACT, 0.5, reasons=(HOSTILE,), flags=(HOSTILE,))
    summary = replace(
        made.summary,
        source=HOSTILE,
        notes=(Annotation(0.0, 0.0, HOSTILE).text,),
        limits=(HOSTILE,),
        pattern_reasons=(HOSTILE,),
        review_flags=(ReviewFlag(HOSTILE, HOSTILE, HOSTILE),),
        settings={HOSTILE: HOSTILE},
        info=replace(made.summary.info, device=HOSTILE),
    )
    return replace(made, summary=summary, events=(event, *made.events))


def test_hostile_names_are_shown_and_do_nothing() -> None:
    html = report_html(hostile())
    page = Page(html)
    assert "script" not in {tag for tag, _ in page.tags}
    assert "alert(1)" in page.text
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_hostile_words_of_a_history_are_shown_and_do_nothing() -> None:
    said = History(conditions=(HOSTILE,), alarms=(HOSTILE, "weakness"))
    html = report_html(replace(PLAIN, findings=match(PLAIN.summary, said)))
    page = Page(html)
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.text.count("alert(1)") >= 2
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_rates_over_time_have_exact_poisson_intervals() -> None:
    rates = rates_over_time(PLAIN.summary)
    counts = np.array(PLAIN.summary.minute_counts)[:2, 0].sum()
    minutes = np.array(PLAIN.summary.minute_usable_s)[:2, 0].sum() / 60
    assert rates.edges_min[:2].tolist() == [0, 2]
    assert rates.value[0, 0] == pytest.approx(counts / minutes)
    # by definition: each tail of the Poisson distribution at the limit holds 2.5 %
    assert poisson.sf(counts - 1, rates.low[0, 0] * minutes) == pytest.approx(0.025)
    assert poisson.cdf(counts, rates.high[0, 0] * minutes) == pytest.approx(0.025)


def test_the_cramps_figure_measures_what_is_there() -> None:
    rate_hz = 1000.0
    tone = np.sin(2 * np.pi * 80 * np.arange(10_000) / rate_hz)
    assert median_hz(tone, rate_hz) == pytest.approx(80, abs=0.2)
    hz, power_db, (start_s, end_s) = spectrum(tone, rate_hz)
    assert hz[power_db.mean(axis=1).argmax()] == pytest.approx(80, abs=2)
    assert 0 < start_s < end_s < 10
    at_s, low, high = extremes(tone, rate_hz)
    assert at_s[0] == 0
    assert high.max() == tone.max()
    assert low.min() == tone.min()


def test_the_page_names_the_file_not_the_folders_that_it_lay_in() -> None:
    session = fabricated.empty()
    summary = replace(session.summary, source="/home/clinic/Jane Doe/rest.edf")
    html = report_html(replace(session, summary=summary))
    assert "rest.edf" in html
    assert "Jane Doe" not in html


def test_every_listed_cause_stands_under_its_kind_with_its_doubts_in_a_fold() -> None:
    findings = match(PLAIN.summary)
    page = Page(report_html(replace(PLAIN, findings=findings)))
    kinds = {cause.id: cause.kind for cause in load_catalogue().causes}
    listed = [finding for finding in findings.with_pattern if finding.cause in kinds]
    assert len(page.all("details")) == len(listed) > 10
    order = [KINDS[kind] for kind in KINDS if kind in {kinds[f.cause] for f in listed}]
    assert [word for word in page.words if word in KINDS.values()] == order
    for finding in listed:
        assert finding.why[1] in page.text
        assert finding.would_settle[0] in page.text


@pytest.mark.slow
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_page_prints(tmp_path: Path, pages: dict[str, str], paper: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium to print with")
    source, printed = tmp_path / "report.html", tmp_path / "report.pdf"
    text = pages["two sites and a cramp"].replace("size: auto", f"size: {paper}")
    source.write_text(text, encoding="utf-8")
    offline = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    subprocess.run(
        [
            chromium,
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
            *offline,
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--print-to-pdf={printed}",
            source.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert printed.read_bytes().startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) <= 5
