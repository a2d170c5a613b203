"""Yahoo: statements, prices, splits, exchange rates and quotes.

Belongs here: the addresses and the shapes of Yahoo's answers (`statements`, `chart`, `quotes`), what of them are
observations, and how Yahoo is asked (`client`). Does not belong here: which label means which item
(analytics/concepts.py), or when what is asked (assets/live).
"""

SOURCE = "yahoo"


def symbol_of(subject: str) -> str:
    """The symbol in a subject such as 'chart/NVDA'."""
    return subject.partition("/")[2]
