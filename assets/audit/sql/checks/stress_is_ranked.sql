-- error: A component of stress is the metric of that name, and its rank counts those who are more strained.
WITH told AS (
  SELECT s.*, CASE s.kind WHEN 'layer' THEN l.value ELSE c.value END AS source_value
  FROM marts.stress s
  LEFT JOIN marts.layer_metrics l ON s.kind = 'layer' AND l.lens = s.lens AND l.layer = s.layer AND l.basis = 'consolidated'
    AND l."window" = s."window" AND l.calendar_quarter = s.calendar_quarter AND l.metric = s.component
  LEFT JOIN marts.company_metrics c ON s.kind = 'company' AND c.company_id = s.subject AND c."window" = s."window"
    AND c.calendar_quarter = s.calendar_quarter AND c.metric = s.component
),
strain AS (
  SELECT *, CASE
    WHEN standing = 'strained' THEN 'infinity'::DOUBLE
    WHEN component IN ('interest_coverage_ebit', 'interest_coverage_ebitda', 'cash_runway') THEN -value
    ELSE value
  END AS strain
  FROM told
),
ranked AS (
  SELECT *, CASE WHEN strain IS NOT NULL THEN
    rank() OVER (PARTITION BY lens, kind, "window", calendar_quarter, component ORDER BY strain DESC NULLS LAST) END AS place
  FROM strain
)
SELECT CASE kind WHEN 'company' THEN subject END AS company_id, component AS item, calendar_quarter AS period,
  lens || '/' || layer || ' ' || subject || ', ' || "window" || ': value ' || coalesce(CAST(value AS VARCHAR), 'unknown')
    || ' (the metric is ' || coalesce(CAST(source_value AS VARCHAR), 'unknown') || '), rank '
    || coalesce(CAST(rank AS VARCHAR), 'none') || ', by the values ' || coalesce(CAST(place AS VARCHAR), 'none') AS message
FROM ranked
WHERE place IS DISTINCT FROM rank OR (value IS NOT NULL AND value IS DISTINCT FROM source_value)
  OR (kind = 'layer' AND value IS NULL AND source_value IS NOT NULL)
  OR (value IS NULL) <> (standing <> 'measured') OR (value IS NULL AND null_reason IS NULL)
