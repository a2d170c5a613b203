-- marts.company_metrics.
SELECT company_id, own.number_label(quarter) AS calendar_quarter, period_end, "window", metric, value, null_reason
FROM own.measures WHERE segment = ''
