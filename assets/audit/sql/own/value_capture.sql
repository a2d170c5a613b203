-- marts.value_capture: dollars of a layer in a pool, where at least half its members are measured; over the sum of all
-- layers of the lens, and over the sum of those that gain. A sum that is not positive has no shares. Economic profit is of
-- twelve months only. Unknown is what the pool lacks of a layer: the newest amounts of members silent for these months, and all
-- its members' where the layer has no amount.
WITH layers AS (
  SELECT DISTINCT lens, layer, basis, calendar_quarter, "window", n_members FROM own.layer_metrics
),
sums AS (
  SELECT lens, layer, basis, calendar_quarter, "window", item AS pool, sum(amount_usd) AS total, count(*) AS n_measured
  FROM own.member_amounts GROUP BY ALL
),
amounts AS (
  SELECT l.*, p.pool, coalesce(s.n_measured, 0) AS n_measured,
    CASE WHEN l.n_members = 0 THEN 'no listed company has this as its primary layer'
      WHEN coalesce(s.n_measured, 0) < 0.5 * l.n_members THEN 'coverage below 50 %' END AS null_reason,
    CASE WHEN null_reason IS NULL THEN s.total END AS amount_usd,
    t.silent_usd + CASE WHEN null_reason IS NULL THEN 0 ELSE coalesce(s.total, 0) END AS unknown_usd,
    coalesce(t.status, 'provisional') AS status
  FROM layers l
  JOIN (
    VALUES ('gross_profit'), ('operating_income'), ('net_income'), ('free_cash_flow'), ('economic_profit')
  ) p(pool) ON p.pool <> 'economic_profit' OR l."window" = 'ttm'
  LEFT JOIN sums s USING (lens, layer, basis, calendar_quarter, "window", pool)
  LEFT JOIN own.statuses t ON t.lens = l.lens AND t.layer = l.layer AND t.basis = l.basis
    AND t.quarter = own.quarter_number(l.calendar_quarter) AND t."window" = l."window" AND t.kind = 'item'
    AND t.figure = p.pool
),
pools AS (
  SELECT *, sum(amount_usd) OVER pool AS net, sum(greatest(amount_usd, 0)) FILTER (amount_usd IS NOT NULL) OVER pool AS gains
  FROM amounts
  WINDOW pool AS (PARTITION BY lens, basis, calendar_quarter, "window", pool)
)
SELECT * EXCLUDE (net, gains), CASE WHEN net > 0 THEN amount_usd / net END AS share_of_net,
  CASE WHEN gains > 0 AND amount_usd IS NOT NULL THEN greatest(amount_usd, 0) / gains END AS share_of_positive
FROM pools
