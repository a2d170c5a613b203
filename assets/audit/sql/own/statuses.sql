-- A quarter is final for a metric or item of a layer when it is final for the layer, and members with at least 80 % of the
-- trailing revenue of those who report that figure have it. A member reports it that had it in the quarter or in one of the
-- eight before; where nobody does, the layer decides. Of items: those of which a table tells a status, and Σ of the newest
-- amounts of those who report it and have none for the quarter.
WITH known AS (
  SELECT 'metric' AS kind, metric AS figure, "window", company_id, segment, quarter, CAST(NULL AS DOUBLE) AS amount_usd
  FROM own.measured
  UNION ALL
  SELECT 'item', item, "window", company_id, segment, quarter, amount_usd FROM own.known_items
),
figures AS (
  SELECT 'metric' AS kind, metric AS figure, "window" FROM declared.metric_windows
  UNION ALL
  SELECT 'item', item, w."window"
  FROM (VALUES ('revenue'), ('gross_profit'), ('operating_income'), ('net_income'), ('free_cash_flow'),
    ('economic_profit'), ('capex')) i(item)
  CROSS JOIN (VALUES ('quarter'), ('ttm')) w("window")
),
places AS (SELECT DISTINCT lens, layer, basis, quarter, final FROM own.weights),
asked AS (SELECT w.*, f.* FROM own.weights w CROSS JOIN figures f),
heard AS (
  SELECT a.lens, a.layer, a.basis, a.quarter, a.kind, a.figure, a."window", sum(a.weight) AS total,
    coalesce(sum(a.weight) FILTER (k.quarter = a.quarter), 0) AS has,
    coalesce(sum(k.amount_usd) FILTER (k.quarter < a.quarter), 0) AS silent_usd
  FROM asked a
  ASOF JOIN known k ON k.company_id = a.company_id AND k.segment = a.segment AND k.kind = a.kind AND k.figure = a.figure
    AND k."window" = a."window" AND k.quarter <= a.quarter
  WHERE k.quarter >= a.quarter - 8
  GROUP BY ALL
)
SELECT p.* EXCLUDE (final), f.*, silent_usd,
  CASE WHEN p.final AND coalesce(has >= 0.8 * total, true) THEN 'final' ELSE 'provisional' END AS status
FROM places p CROSS JOIN figures f
LEFT JOIN heard USING (lens, layer, basis, quarter, kind, figure, "window")
