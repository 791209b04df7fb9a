from __future__ import annotations

import json

from onwatch_catalog.records.site import StoredSite
from onwatch_catalog.records.site_rows import row_of_site, site_of_row


def test_the_default_site_survives_its_row() -> None:
    row = json.loads(json.dumps(row_of_site("v", StoredSite())))

    assert site_of_row(row) == StoredSite()
    assert (row["video_id"], row["recorded_at"]) == ("v", None)
