"""How a figure, a quarter and a date are written for a reader.

Belongs here: value -> text, and nothing else. Unknown is always 'n/a', never 0. Does not belong here: which
figure to show.
"""

import calendar
import re
from collections.abc import Callable
from datetime import date

UNKNOWN = "n/a"
MINUS = "\u2212"
SPACE = "\u00a0"  # does not break, so that '$175 bn' never breaks
_SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "mn"))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def _figures(value: float) -> str:
    """Whole from ten on (175, 18), one decimal below (2.5, 4)."""
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")


def dollars(value: float | None) -> str:
    """Write US dollars: '$175 bn', '$1.2 tn', '−$46 mn'; below a million in whole dollars."""
    if value is None:
        return UNKNOWN
    sign, size = (MINUS if value < 0 else ""), abs(value)
    for index, (scale, unit) in enumerate(_SCALES):
        if size >= scale or (unit == "mn" and size >= 50_000):
            shown = _figures(size / scale)
            if shown == "1000" and index:  # 999.96 mn is $1 bn
                shown, unit = "1", _SCALES[index - 1][1]  # noqa: PLW2901 - carried over to the next unit
            return f"{sign}${shown}{SPACE}{unit}"
    return f"{sign if round(size) else ''}${size:,.0f}"


def percent(value: float | None, decimals: int = 0) -> str:
    """Write a fraction as per cent: 0.26 is '26%', −0.012 with one decimal '−1.2%'."""
    if value is None:
        return UNKNOWN
    text = f"{abs(value) * 100:,.{decimals}f}"
    sign = MINUS if value < 0 and float(text.replace(",", "")) else ""
    return f"{sign}{text}%"


def times(value: float | None) -> str:
    """Write a multiple: 4.9 is '4.9×', 12.34 is '12×'."""
    if value is None:
        return UNKNOWN
    text = f"{abs(value):,.0f}" if abs(value) >= 99.95 else f"{abs(value):.1f}"
    sign = MINUS if value < 0 and float(text.replace(",", "")) else ""
    return f"{sign}{text}×"


def points(value: float | None) -> str:
    """Write a difference of two fractions in percentage points: 0.3 is '30 points', 0.01 '1 point'."""
    if value is None:
        return UNKNOWN
    text = f"{abs(value) * 100:.0f}"
    sign = MINUS if value < 0 and text != "0" else ""
    return f"{sign}{text} point{'' if text == '1' else 's'}"


def cents(value: float | None) -> str:
    """Write a fraction of a dollar: 0.26 is '26 cents'."""
    if value is None:
        return UNKNOWN
    text = f"{value * 100:.0f}"
    return f"{text} cent{'' if text == '1' else 's'}"


def coefficient(value: float | None) -> str:
    """Write a correlation: 0.746 is '0.75', −0.2 '−0.20'."""
    if value is None:
        return UNKNOWN
    text = f"{abs(value):.2f}"
    return f"{MINUS if value < 0 and float(text) else ''}{text}"


def number(value: int | None) -> str:
    """Write a count with thousands separators."""
    return UNKNOWN if value is None else f"{value:,}".replace("-", MINUS)


def word(count: int) -> str:
    """Write a small count as a word: 6 is 'six'; from 13 on in figures."""
    return _WORDS[count] if 0 <= count < len(_WORDS) else f"{count:,}"


def quarter(label: str | None) -> str:
    """Write a calendar quarter '2025Q4' as '2025 Q4'."""
    return UNKNOWN if label is None else f"{label[:4]}{SPACE}{label[4:]}"


def months(label: str | None) -> str:
    """Write the twelve months to the end of a calendar quarter: 'twelve months to 2025 Q4'."""
    return f"twelve months to {quarter(label)}"


def day(value: date | None) -> str:
    """Write a date: '30 Sep 2026'."""
    return UNKNOWN if value is None else f"{value.day}{SPACE}{_MONTHS[value.month - 1]}{SPACE}{value.year}"


def month(number_: int) -> str:
    """Write the name of a month: 1 is 'January'."""
    return calendar.month_name[number_]


def _dated(found: re.Match[str]) -> str:
    try:
        return day(date(*map(int, found.groups())))
    except ValueError:  # digits that are no date
        return found[0]


# What tables and declarations write for machines and terminals -> what a page writes.
_HABITS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<=\d) %"), "%"),
    (re.compile(r"(?<=\d) ?(bn|mn|tn)\b"), SPACE + r"\1"),
    (re.compile(r"\b((?:19|20)\d\d)(Q[1-4])\b"), rf"\1{SPACE}\2"),
    (re.compile(r"(?<![\w.)-])-(?=[$\d])"), MINUS),
    (re.compile(r"\b((?:19|20)\d\d)-(\d\d)-(\d\d)\b"), _dated),
    (re.compile(r"(?<=\w)'(?=\w)|(?<=s)'(?=\s)"), "\u2019"),
)


def tidy(text: str) -> str:
    """Write a sentence that a table or a declaration holds as the pages write it: '50 %' is '50%', '2025Q4' '2025 Q4'.

    Figures and meaning stay; numbers written out at length stay too.
    """
    for habit, instead in _HABITS:
        text = habit.sub(instead, text)
    return text


def column(name: str) -> str:
    """Write the head of a column of periods: a date '2026-01-25', a calendar quarter '2025Q4', or a year as it is."""
    if len(name) == 10 and name[4] == "-":
        return day(date.fromisoformat(name))
    return quarter(name) if "Q" in name else name


def years(value: float | None) -> str:
    """Write a time in years: 0.55 is '0.6 years'."""
    return UNKNOWN if value is None else f"{times(value).removesuffix('×')}{SPACE}years"


def metric(value: float | None, unit: str, decimals: int = 0) -> str:
    """Write a metric by its unit: 'fraction' as per cent, 'times' as a multiple, 'years' as such, 'USD' as dollars,
    'coefficient' plain.

    Raises:
        ValueError: a unit that has no way of being written.
    """
    if unit == "fraction":
        return percent(value, decimals)
    if unit == "times":
        return times(value)
    if unit == "years":
        return years(value)
    if unit == "USD":
        return dollars(value)
    if unit == "coefficient":
        return coefficient(value)
    raise ValueError(f"no way to write the unit {unit!r}: use fraction, times, years, USD or coefficient")
