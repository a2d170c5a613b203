-- marts.concentration: Σ of squared shares in per cent over the companies of a layer, or of the stack, whose dollars are
-- known; no index where an amount is negative, below half coverage, or of the stack's revenue. The stack is final when
-- every layer that measured an operating margin so far is.
WITH layers AS (
  SELECT lens, layer, basis, calendar_quarter, "window", n_members, status,
    bool_or(n_measured > 0) OVER (
      PARTITION BY lens, layer, basis, "window" ORDER BY calendar_quarter
    ) AS ever
  FROM own.layer_metrics WHERE metric = 'operating_margin'
),
places AS (
  SELECT * EXCLUDE (ever) FROM layers
  UNION ALL BY NAME
  SELECT lens, 'stack' AS layer, basis, calendar_quarter, "window", CAST(sum(n_members) AS BIGINT) AS n_members,
    CASE WHEN bool_or(ever) AND coalesce(bool_and(status = 'final') FILTER (ever), true) THEN 'final' ELSE 'provisional' END AS status
  FROM layers WHERE n_members > 0 GROUP BY lens, basis, calendar_quarter, "window"
),
amounts AS (
  SELECT lens, layer, basis, calendar_quarter, "window", item, company_id, sum(amount_usd) AS usd, count(*) AS n
  FROM (
    FROM own.member_amounts
    UNION ALL BY NAME
    SELECT * REPLACE ('stack' AS layer) FROM own.member_amounts WHERE item <> 'revenue'
  )
  WHERE item IN ('revenue', 'operating_income', 'capex') GROUP BY ALL
),
sums AS (
  SELECT lens, layer, basis, calendar_quarter, "window", item, sum(usd) AS total, min(usd) AS least, max(usd) AS most,
    sum(usd * usd) AS squares, arg_max(company_id, (usd, -rank)) AS largest, count(*) AS n_companies,
    CAST(sum(n) AS BIGINT) AS n_measured
  FROM (SELECT *, row_number() OVER (ORDER BY company_id) AS rank FROM amounts) GROUP BY ALL
),
judged AS (
  SELECT p.*, i.item, coalesce(s.n_companies, 0) AS n_companies, coalesce(s.n_measured, 0) AS n_measured,
    CASE WHEN n_members > 0 THEN coalesce(s.n_measured, 0) / n_members END AS coverage_ratio,
    CASE WHEN n_members = 0 THEN 'no listed company has this as its primary layer'
      WHEN coalesce(s.n_measured, 0) / n_members < 0.5 THEN 'coverage below 50 %'
      WHEN s.least < 0 THEN 'not meaningful: an amount is negative'
      WHEN s.total <= 0 THEN 'not meaningful: the sum is not positive' END AS null_reason,
    s.squares, s.total, s.most, s.largest
  FROM places p
  JOIN (VALUES ('revenue'), ('operating_income'), ('capex')) i(item) ON p.layer <> 'stack' OR i.item <> 'revenue'
  LEFT JOIN sums s ON s.lens = p.lens AND s.layer = p.layer AND s.basis = p.basis
    AND s.calendar_quarter = p.calendar_quarter AND s."window" = p."window" AND s.item = i.item
)
SELECT * EXCLUDE (squares, total, most, largest),
  CASE WHEN null_reason IS NULL THEN 10000 * squares / total ** 2 END AS hhi,
  CASE WHEN null_reason IS NULL THEN most / total END AS largest_share,
  CASE WHEN null_reason IS NULL THEN largest END AS largest_company_id
FROM judged
