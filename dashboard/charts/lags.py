"""Small multiples of correlation by lag: a dot a lag, filled where it lies outside its placebos' band, and the band.

One specification serves every panel; a panel differs by its accent and rows.
"""

from collections.abc import Sequence
from typing import NamedTuple

import altair as alt

from dashboard import formats
from dashboard.charts.picture import Picture, structure

HEIGHT = 112


class Lag(NamedTuple):
    """One lag in quarters: the correlation, the ends of the placebos' band, and from how many quarters it is."""

    quarters: int
    value: float
    low: float
    high: float
    outside: bool
    n: int


def picture(name: str, colour: str, lags: Sequence[Lag], labels: bool) -> Picture:
    """Return the drawing of one layer, earliest lag first; `labels`: the panel names the lines for all."""
    rows = [
        {
            "x": lag.quarters, "y": round(lag.value, 3), "low": round(lag.low, 3), "high": round(lag.high, 3),
            "outside": lag.outside, "tip": f"{name}\n{told(lag.quarters)}\ncorrelation "
            f"{formats.coefficient(lag.value)} of {lag.n} quarters\nplacebos {formats.coefficient(lag.low)} to "
            f"{formats.coefficient(lag.high)}",
        }
        for lag in lags
    ]  # fmt: skip
    tokens = {
        "@accent": f"@{colour}", "@labels": labels, "@first": lags[0].quarters - 2, "@last": lags[-1].quarters + 0.4,
        "@ticks": [lag.quarters for lag in lags if lag.quarters % 4 == 0],
    }  # fmt: skip
    return Picture(_spec(), {"lags": rows}, HEIGHT, 17, tokens)


def told(lag: int) -> str:
    """Write a lag: 2 is '2 quarters later'."""
    if lag == 0:
        return "same quarter"
    return f"{abs(lag)} quarter{'s' * (abs(lag) > 1)} {'later' if lag > 0 else 'earlier'}"


@structure
def _spec() -> alt.TopLevelMixin:
    x = alt.X(
        "x:Q",
        title=None,
        scale=alt.Scale(domain=["@first", "@last"], nice=False, zero=False),
        axis=alt.Axis(
            values="@ticks",
            labelExpr="(datum.value > 0 ? '+' : datum.value < 0 ? '−' : '') + abs(datum.value)",
            grid=False,
            labelFontSize=11,
        ),
    )

    def y(field: str) -> alt.Y:
        axis = alt.Axis(values=[-0.5, 0, 0.5], labelExpr="datum.value < 0 ? '' : datum.value",
                        labelAlign="left", labelBaseline="line-bottom", labelPadding=-2, labelFontSize=11,
                        labels="@labels",  # type: ignore[arg-type]
                        gridColor="@rule-2", gridDash=[2, 3], zindex=0)  # fmt: skip
        return alt.Y(f"{field}:Q", title=None, scale=alt.Scale(domain=[-1, 1], nice=False), axis=axis)

    base = alt.Chart(alt.NamedData("lags")).encode(x=x)
    dots = base.encode(y=y("y"), tooltip="tip:N")
    return alt.layer(
        base.mark_area(fill="@ghost", opacity=0.55).encode(y=y("low"), y2="high:Q"),
        base.mark_line(color="@accent", strokeWidth=1.5).encode(y=y("y")),
        dots.transform_filter("!datum.outside").mark_circle(
            size=34, opacity=1, fill="@surface", stroke="@accent", strokeWidth=1.5
        ),
        dots.transform_filter("datum.outside").mark_circle(size=44, opacity=1, fill="@accent"),
        dots.mark_circle(size=220, opacity=0),
    )
