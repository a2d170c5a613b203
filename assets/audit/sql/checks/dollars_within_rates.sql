-- error: Dollars over amount lie between the lowest and the highest rate of the period (of a balance: of the week to its end);
-- dollars are the amount where that is in dollars, and absent for share counts.
WITH amounts AS (
  SELECT 'core.company_quarters' AS name, company_id, item, period_start, period_end, value, currency, value_usd
  FROM core.company_quarters
  UNION ALL
  SELECT 'core.company_years', company_id, item, period_start, period_end, value, currency, value_usd
  FROM core.company_years
  UNION ALL
  SELECT 'core.segment_quarters', company_id, segment || ' ' || item, period_start, period_end, value, currency, value_usd
  FROM core.segment_quarters
),
periods AS (SELECT DISTINCT currency, coalesce(period_start, period_end - 7) AS first, period_end FROM amounts),
bounds AS (
  SELECT p.*, min(r.usd_per_unit) AS low, max(r.usd_per_unit) AS high
  FROM periods p JOIN core.fx_rates r ON r.currency = p.currency AND r.date BETWEEN p.first AND p.period_end
  GROUP BY ALL
)
SELECT a.company_id, a.item, CAST(a.period_end AS VARCHAR) AS period,
  a.name || ': ' || a.value || ' ' || a.currency || ' is ' || coalesce(CAST(a.value_usd AS VARCHAR), 'null') || ' USD'
    || coalesce('; rates from ' || b.low || ' to ' || b.high, '') AS message
FROM amounts a
LEFT JOIN bounds b ON b.currency = a.currency AND b.period_end = a.period_end
  AND b.first = coalesce(a.period_start, a.period_end - 7)
WHERE CASE
  WHEN a.currency = 'USD' THEN a.value_usd IS DISTINCT FROM a.value
  WHEN a.currency = 'shares' THEN a.value_usd IS NOT NULL
  WHEN a.value_usd IS NULL OR a.value = 0 THEN false
  ELSE b.low IS NULL OR a.value_usd / a.value NOT BETWEEN b.low * (1 - 1e-9) AND b.high * (1 + 1e-9)
END
