-- error: Each correlation is that of the growth of the same companies, on one basis, computed again; below 16 quarters there
-- is none; what lies outside its band is told so.
WITH growing AS (
  SELECT a.lens, a.layer, a.basis, a.member_id, a.item, a.amount_usd, a.basis_from, a.basis_until,
    own.quarter_number(a.calendar_quarter) AS q,
    CASE WHEN a.item = 'capex' THEN 'clouds' ELSE a.layer END AS series
  FROM marts.member_amounts a
  WHERE a."window" = 'quarter' AND a.lens = 'ecosystem'
    AND (a.item = 'revenue' OR (a.item = 'capex' AND a.basis = 'consolidated' AND a.layer IN ('hyperscalers', 'neoclouds')))
),
growth AS (
  SELECT t.item, t.series, t.basis, t.q + 4 AS q, sum(n.amount_usd) AS now_,
    sum(t.amount_usd) FILTER (n.amount_usd IS NOT NULL) AS then_, sum(t.amount_usd) AS all_then
  FROM growing t LEFT JOIN growing n ON n.q = t.q + 4 AND n.item = t.item AND n.basis = t.basis AND n.series = t.series
    AND n.member_id = t.member_id
    AND own.shared(greatest(n.basis_from, t.basis_from), least(n.basis_until, t.basis_until))
  GROUP BY ALL
  HAVING then_ > 0 AND then_ >= 0.8 * all_then
),
rates AS (SELECT *, now_ / then_ - 1 AS g FROM growth),
again AS (
  SELECT l.follower, l.lag_quarters, count(f.q) AS n, CASE WHEN count(f.q) >= 16 THEN corr(d.g, f.g) END AS c
  FROM marts.lead_lag l
  LEFT JOIN rates d ON d.item = 'capex'
  LEFT JOIN rates f ON f.item = 'revenue' AND f.series = l.follower AND f.basis = l.basis AND f.q = d.q + l.lag_quarters
  GROUP BY ALL
)
SELECT NULL AS company_id, l.follower AS item, 'lag ' || l.lag_quarters AS period,
  'correlation is ' || coalesce(CAST(l.correlation AS VARCHAR), 'unknown') || ' of ' || l.n_quarters || ' quarters, and should be '
    || coalesce(CAST(a.c AS VARCHAR), 'unknown') || ' of ' || a.n AS message
FROM marts.lead_lag l JOIN again a USING (follower, lag_quarters)
WHERE l.n_quarters <> a.n OR (l.correlation IS NULL) <> (a.c IS NULL) OR abs(l.correlation - a.c) > 1e-9
  OR (l.correlation IS NULL) <> (l.outside_band IS NULL)
  OR l.outside_band <> (l.correlation < l.placebo_low OR l.correlation > l.placebo_high)
