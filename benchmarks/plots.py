"""Line charts as PNG files. The one place where matplotlib is imported: only a benchmark that draws needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Points = Sequence[tuple[float, float]]

_WIDTH, _HEIGHT = 8.0, 4.2  # inches of one chart
_DOTS = 110  # per inch
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#444444", "#882255")
_MARKS = "osD^vPX*"


@dataclass(frozen=True)
class Chart:
    """Some lines in one pair of axes: name -> points (x, y). An axis that is not logarithmic begins at 0."""

    title: str
    x_label: str
    y_label: str
    series: Mapping[str, Points]
    log_x: bool = False
    log_y: bool = False


def lines(
    path: Path,
    title: str,
    x_label: str,
    y_label: str,
    series: Mapping[str, Points],
    log_x: bool = False,
    log_y: bool = False,
) -> None:
    """Draws one chart into the PNG file `path`."""
    charts(path, [Chart(title, x_label, y_label, series, log_x, log_y)])


def charts(path: Path, shown: Sequence[Chart]) -> None:
    """Draws several, one below the other."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Without pyplot: it looks for a screen and keeps every figure.
    figure = Figure(figsize=(_WIDTH, _HEIGHT * len(shown)), dpi=_DOTS, layout="constrained")
    for number, chart in enumerate(shown, 1):
        _draw(figure.add_subplot(len(shown), 1, number), chart)
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure).print_png(str(path))


def _draw(axes: object, chart: Chart) -> None:
    from matplotlib.axes import Axes
    from matplotlib.ticker import LogFormatter

    assert isinstance(axes, Axes)
    for number, (name, points) in enumerate(chart.series.items()):
        across, up = [x for x, _ in points], [y for _, y in points]
        look = {"color": _COLOURS[number % len(_COLOURS)], "marker": _MARKS[number % len(_MARKS)]}
        axes.plot(across, up, label=name, linewidth=1.6, markersize=4, **look)  # pyright: ignore[reportArgumentType]
    axes.set(title=chart.title, xlabel=chart.x_label, ylabel=chart.y_label)
    if chart.log_x:
        axes.set_xscale("log")
    if chart.log_y:
        axes.set_yscale("log")
    axes.set_xlim(left=None if chart.log_x else 0)
    axes.set_ylim(bottom=None if chart.log_y else 0)
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.yaxis.set_major_formatter("{x:,g}")
    for axis, is_log in ((axes.xaxis, chart.log_x), (axes.yaxis, chart.log_y)):
        if is_log:  # matplotlib's own says 6 x 10^0
            axis.set_minor_formatter(LogFormatter(minor_thresholds=(2, 0.4)))
    axes.grid(True, which="major", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if len(chart.series) > 1:
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
