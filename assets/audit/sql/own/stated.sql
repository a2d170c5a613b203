-- The newest figure of each series and period, at its first statement; confirmed_at is its last.
WITH ordered AS (
  SELECT *, lag(value) OVER (
    PARTITION BY company_id, item, source, tier, span_start, quarter_end ORDER BY known_at
  ) AS before
  FROM own.vintages
),
numbered AS (
  SELECT *, count(*) FILTER (before IS NULL OR NOT own.repeats(value, before)) OVER (
    PARTITION BY company_id, item, source, tier, span_start, quarter_end ORDER BY known_at
  ) AS run
  FROM ordered
)
SELECT * EXCLUDE (before, run),
  max(known_at) OVER (PARTITION BY company_id, item, source, tier, span_start, quarter_end) AS confirmed_at
FROM numbered
QUALIFY row_number() OVER (
  PARTITION BY company_id, item, source, tier, span_start, quarter_end ORDER BY run DESC, known_at
) = 1
