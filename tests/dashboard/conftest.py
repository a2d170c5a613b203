"""A site built once from the synthetic tables."""

from pathlib import Path

import pytest

from dashboard import site
from tests.dashboard import synthetic


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, site.SiteReport]:
    """The folder and report of a site of the synthetic tables."""
    folder = tmp_path_factory.mktemp("site")
    report = site.build(synthetic.tables(), folder, run_id="0123456789ab", as_of=synthetic.AS_OF, version="9.9.9")
    return folder, report
