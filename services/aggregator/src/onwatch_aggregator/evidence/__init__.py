"""Answers how sure the counts of a finished run are: how well each visit was seen, and where the true totals lie."""

from onwatch_aggregator.evidence.measuring import EvidenceMeasurer, ProcessEvidenceMeasurer
from onwatch_aggregator.evidence.queries import EvidenceQueries
from onwatch_aggregator.evidence.routes import add_evidence_routes

__all__ = ["EvidenceMeasurer", "EvidenceQueries", "ProcessEvidenceMeasurer", "add_evidence_routes"]
