"""The plots of docs/performance.md: SVG, the same bytes for the same figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.load import Rates

PALETTE = ("#999999", "#0072b2", "#bbbbbb", "#56b4e9", "#e69f00", "#d55e00", "#009e73")
"""Okabe and Ito's, which everybody can tell apart; grey is what we are measured against."""
BAR = 0.8


def draw_rates(groups: Mapping[str, Sequence[Rates]], file: Path) -> None:
    """Requests per second: a panel for each group, a bar for each server, a line from its worst round to its best."""
    figure = Figure(figsize=(10, 1.0 + 2.2 * len(groups)), layout="constrained")
    panels = figure.subplots(len(groups), sharex=True, squeeze=False)[:, 0]
    for panel, (title, rates) in zip(panels, groups.items(), strict=True):
        for place, rate in enumerate(rates):
            low, high = rate.median - min(rate.rounds), max(rate.rounds) - rate.median
            panel.barh(
                place, rate.median, BAR, xerr=[[low], [high]], color=PALETTE[place % len(PALETTE)], ecolor="#333333"
            )
        panel.set_title(title, loc="left", fontsize=10)
        panel.set_yticks(range(len(rates)), [_plain(rate.name) for rate in rates], fontsize=8)
        panel.invert_yaxis()
        panel.grid(axis="x", alpha=0.3)
    panels[-1].set_xlabel("requests per second: median, and the worst and the best round")
    _save(figure, file)


def draw_costs(title: str, costs: Mapping[str, tuple[int, int]], bound: int, file: Path) -> None:
    """Requests and points of each policy, and the line of the fewest points."""
    figure = Figure(figsize=(10, 1.2 + 0.7 * len(costs)), layout="constrained")
    panel = figure.subplots()
    places = range(len(costs))
    requests, points = zip(*costs.values(), strict=True)
    panel.barh([place - 0.2 for place in places], requests, 0.38, color=PALETTE[3], label="upstream requests")
    panel.barh([place + 0.2 for place in places], points, 0.38, color=PALETTE[1], label="points")
    panel.axvline(bound, color=PALETTE[5], linestyle="--", label="fewest points of always fresh answers")
    panel.set_yticks(places, [_plain(name) for name in costs], fontsize=8)
    panel.invert_yaxis()
    panel.set_title(title, loc="left", fontsize=10)
    panel.legend(fontsize=8)
    panel.grid(axis="x", alpha=0.3)
    panel.xaxis.set_major_formatter("{x:,.0f}")
    _save(figure, file)


def _plain(markdown: str) -> str:
    return markdown.replace("*", "").replace("`", "")


def _save(figure: Figure, file: Path) -> None:
    file.parent.mkdir(exist_ok=True)
    with mpl.rc_context({"svg.hashsalt": "headgate", "svg.fonttype": "none"}):
        figure.savefig(file, metadata={"Date": None}, facecolor="white")
    # The same without the spaces that it leaves at the ends of lines.
    file.write_text("".join(f"{line.rstrip()}\n" for line in file.read_text().splitlines()))
