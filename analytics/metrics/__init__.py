"""Metrics: declared once, computed for companies and segments.

Belongs here: the registry, and ratios of one company. Does not belong here: layers (aggregate.py), pools (capture.py).
"""

from analytics.metrics.company import CurrencyMismatch, company_metrics, divide, measures
from analytics.metrics.model import Amount, Metric
from analytics.metrics.registry import BY_METRIC, DERIVED, METRICS, metric

__all__ = [
    "BY_METRIC",
    "DERIVED",
    "METRICS",
    "Amount",
    "CurrencyMismatch",
    "Metric",
    "company_metrics",
    "divide",
    "measures",
    "metric",
]
