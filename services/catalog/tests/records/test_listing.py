from __future__ import annotations

import pytest

from onwatch_catalog.records.listing import Listing
from onwatch_contracts.http import VideoSort


@pytest.mark.parametrize("sort", VideoSort)
def test_every_order_has_a_reverse(sort: VideoSort):
    listing = Listing(("elm",), sort=sort)

    assert listing.reversed().is_descending is not listing.is_descending
    assert listing.reversed().field == listing.field
    assert listing.reversed().reversed() == listing
