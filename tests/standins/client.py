"""yfinance made new: it keeps one client, one cookie and one set of caches for the whole process.

Belongs here: forgetting them, so that one test's client does not serve another. Does not belong here: what the product
does about the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yfinance as yf
from yfinance import cache
from yfinance.data import SingletonMeta, YfData


@contextmanager
def fresh_yfinance(folder: Path) -> Iterator[None]:
    """Give yfinance without client, cookie or caches, its files in `folder`, its errors raised; then forget again."""
    _forget(folder)
    before = yf.config.debug.hide_exceptions
    yf.config.debug.hide_exceptions = False
    try:
        yield
    finally:
        yf.config.debug.hide_exceptions = before
        _forget(folder)


def _forget(folder: Path) -> None:
    SingletonMeta._instances.clear()
    YfData.cache_get.cache_clear()
    yf.set_tz_cache_location(str(folder))
    # Setting the folder closes the files but leaves the caches bound to them.
    cache._TzCacheManager._tz_cache = None
    cache._CookieCacheManager._Cookie_cache = None
    cache._ISINCacheManager._isin_cache = None
