-- error: A company's metric is null where, and only where, there is a reason.
SELECT company_id, metric AS item, calendar_quarter AS period,
  "window" || ': value ' || coalesce(CAST(value AS VARCHAR), 'null') || ', reason ' || coalesce(null_reason, 'none') AS message
FROM marts.company_metrics
WHERE (value IS NULL) <> (null_reason IS NOT NULL)
