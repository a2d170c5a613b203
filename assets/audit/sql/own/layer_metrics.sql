-- marts.layer_metrics: Σ numerators ÷ Σ denominators in dollars over the members that have both; Σ of amounts. Median and
-- quartiles of the members' own values. The largest member is the one with the largest denominator (or amount), of equals
-- the first by name.
WITH members AS (
  SELECT m.lens, m.layer, m.basis, m.member_id, x.*, coalesce(x.denominator_usd, x.numerator_usd) AS size
  FROM own.members m JOIN own.measured x USING (company_id, segment, quarter)
  WHERE m.measurable
),
ranked AS (
  SELECT *, row_number() OVER (
    PARTITION BY lens, layer, basis, quarter, "window", metric ORDER BY size DESC, member_id
  ) AS place
  FROM members
),
sums AS (
  SELECT lens, layer, basis, quarter, "window", metric, count(*) AS n_measured,
    sum(numerator_usd) AS n, sum(denominator_usd) AS d, sum(base_usd) AS b,
    sum(numerator_usd) FILTER (place > 1) AS n_rest, sum(denominator_usd) FILTER (place > 1) AS d_rest,
    sum(base_usd) FILTER (place > 1) AS b_rest, max(company_id) FILTER (place = 1) AS largest_company_id,
    median(value) AS median, quantile_cont(value, 0.25) AS p25, quantile_cont(value, 0.75) AS p75
  FROM ranked GROUP BY ALL
),
grid AS (
  SELECT g.*, w."window", m.*, coalesce(s.n_measured, 0) AS n_measured,
    CASE WHEN g.n_members > 0 THEN coalesce(s.n_measured, 0) / g.n_members END AS coverage_ratio,
    s.* EXCLUDE (lens, layer, basis, quarter, "window", metric, n_measured), coalesce(t.status, 'provisional') AS status
  FROM own.groups g
  CROSS JOIN declared.metric_windows w
  JOIN declared.metrics m ON m.metric = w.metric
  LEFT JOIN sums s ON s.lens = g.lens AND s.layer = g.layer AND s.basis = g.basis AND s.quarter = g.quarter
    AND s."window" = w."window" AND s.metric = w.metric
  LEFT JOIN own.statuses t ON t.lens = g.lens AND t.layer = g.layer AND t.basis = g.basis AND t.quarter = g.quarter
    AND t."window" = w."window" AND t.kind = 'metric' AND t.figure = w.metric
)
SELECT lens, layer, basis, own.number_label(quarter) AS calendar_quarter, "window", metric,
  CASE
    WHEN n_members = 0 THEN 'no listed company has this as its primary layer'
    WHEN coverage_ratio < 0.5 THEN 'coverage below 50 %'
    ELSE own.says_nothing(d, denominator, near_zero, b)
  END AS null_reason,
  CASE WHEN null_reason IS NULL THEN CASE WHEN denominator IS NULL THEN n ELSE n / d END END AS value,
  median, p25, p75, n_members, n_measured, coverage_ratio,
  CASE WHEN coverage_ratio >= 0.5 AND n_measured > 1 THEN CASE
    WHEN denominator IS NULL THEN n_rest
    WHEN own.says_nothing(d_rest, denominator, near_zero, b_rest) IS NULL THEN n_rest / d_rest
  END END AS value_ex_largest,
  largest_company_id, status
FROM grid
