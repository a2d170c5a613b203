-- marts.concentration: Σ of squared shares in per cent over the companies of a layer, or of the stack, whose dollars are
-- known; no index where an amount is negative, below half coverage, or of the stack's revenue. Final by item; the stack
-- when every layer is that measured an operating margin so far.
WITH layers AS (
  SELECT lens, layer, basis, calendar_quarter, "window", n_members,
    bool_or(n_measured > 0) OVER (
      PARTITION BY lens, layer, basis, "window" ORDER BY calendar_quarter
    ) AS ever
  FROM own.layer_metrics WHERE metric = 'operating_margin'
),
told AS (
  SELECT l.*, i.item, coalesce(s.status, 'provisional') AS status
  FROM layers l CROSS JOIN (VALUES ('revenue'), ('operating_income'), ('capex')) i(item)
  LEFT JOIN own.statuses s ON s.lens = l.lens AND s.layer = l.layer AND s.basis = l.basis
    AND s.quarter = own.quarter_number(l.calendar_quarter) AND s."window" = l."window" AND s.kind = 'item'
    AND s.figure = i.item
),
places AS (
  SELECT * EXCLUDE (ever) FROM told
  UNION ALL BY NAME
  SELECT lens, 'stack' AS layer, basis, calendar_quarter, "window", item, CAST(sum(n_members) AS BIGINT) AS n_members,
    CASE WHEN bool_or(ever) AND coalesce(bool_and(status = 'final') FILTER (ever), true) THEN 'final' ELSE 'provisional' END AS status
  FROM told WHERE n_members > 0 AND item <> 'revenue' GROUP BY lens, basis, calendar_quarter, "window", item
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
  SELECT p.*, coalesce(s.n_companies, 0) AS n_companies, coalesce(s.n_measured, 0) AS n_measured,
    CASE WHEN n_members > 0 THEN coalesce(s.n_measured, 0) / n_members END AS coverage_ratio,
    CASE WHEN n_members = 0 THEN 'no listed company has this as its primary layer'
      WHEN coalesce(s.n_measured, 0) / n_members < 0.5 THEN 'coverage below 50 %'
      WHEN s.least < 0 THEN 'not meaningful: an amount is negative'
      WHEN s.total <= 0 THEN 'not meaningful: the sum is not positive' END AS null_reason,
    s.squares, s.total, s.most, s.largest
  FROM places p
  LEFT JOIN sums s ON s.lens = p.lens AND s.layer = p.layer AND s.basis = p.basis
    AND s.calendar_quarter = p.calendar_quarter AND s."window" = p."window" AND s.item = p.item
)
SELECT * EXCLUDE (squares, total, most, largest),
  CASE WHEN null_reason IS NULL THEN 10000 * squares / total ** 2 END AS hhi,
  CASE WHEN null_reason IS NULL THEN most / total END AS largest_share,
  CASE WHEN null_reason IS NULL THEN largest END AS largest_company_id
FROM judged
