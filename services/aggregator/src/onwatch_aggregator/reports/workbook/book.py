"""The workbook: counts by interval, queues or flows, every number in one long table, and what was counted."""

from __future__ import annotations

import io
from collections.abc import Sequence

from onwatch_aggregator.reports.workbook.about_sheet import VideoCounted, write_about
from onwatch_aggregator.reports.workbook.counts_sheet import write_counts, write_queues
from onwatch_aggregator.reports.workbook.flows_sheet import write_flows
from onwatch_aggregator.reports.workbook.list_sheet import write_list
from onwatch_aggregator.reports.workbook.sheet import Formats, Sheet
from onwatch_aggregator.results import new_workbook
from onwatch_contracts.tables import CountsTable, VideoFlows

A4 = 9


def counts_xlsx(
    table: CountsTable,
    title: str | None,
    flows: Sequence[VideoFlows] = (),
    videos: Sequence[VideoCounted] = (),
) -> bytes:
    """The file. Totals are formulas with their values, so that they follow a number that is corrected by hand.

    `flows` and `videos` are those of the table's videos.
    """
    target = io.BytesIO()
    book = new_workbook(target, title or "Traffic count")
    formats = Formats(book)

    def sheet(name: str) -> Sheet:
        made = book.add_worksheet(name)
        made.set_landscape()
        made.set_paper(A4)
        made.fit_to_pages(1, 0)
        return Sheet(made, formats)

    write_counts(sheet("Counts"), table, title)
    if table.counted == "zones":
        write_queues(sheet("Queues"), table)
    if any(found.places for found in flows):
        write_flows(sheet("Flows"), table, flows)
    write_list(sheet("List"), table)
    if videos:
        write_about(sheet("About"), table, videos)
    book.close()
    return target.getvalue()
