-- error: Quarters of one item do not overlap.
SELECT company_id, item, CAST(period_end AS VARCHAR) AS period,
  'begins ' || period_start || ', the quarter before ends ' || before AS message
FROM (
  SELECT *, lag(period_end) OVER (PARTITION BY company_id, item ORDER BY period_end) AS before
  FROM core.company_quarters WHERE period_start IS NOT NULL AND derivation <> 'year_only'
)
WHERE period_start <= before
