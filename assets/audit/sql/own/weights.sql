-- What each measurable member weighs in its layer: its trailing revenue of the latest quarter, up to this one, in which it is
-- known: of twelve months, else of the quarters there are of them or the newest twelve months before, whichever is more; a
-- negative one weighs nothing. A quarter is final for a layer when members with at least 80 % of it have reported.
WITH revenue AS (
  SELECT company_id, segment, quarter, max(amount_usd) FILTER ("window" = 'ttm') AS year,
    max(amount_usd) FILTER ("window" = 'quarter') AS amount
  FROM own.known_dollars WHERE item = 'revenue' GROUP BY ALL
),
sales AS (
  SELECT company_id, segment, quarter, coalesce(year, greatest(
    sum(amount) OVER (PARTITION BY company_id, segment ORDER BY quarter RANGE BETWEEN 3 PRECEDING AND CURRENT ROW),
    last_value(year IGNORE NULLS) OVER (PARTITION BY company_id, segment ORDER BY quarter)
  )) AS amount
  FROM revenue
),
weighed AS (
  SELECT m.lens, m.layer, m.basis, m.quarter, m.member_id, m.company_id, m.segment,
    coalesce(greatest(t.amount, 0), 0) AS weight, coalesce(t.quarter = m.quarter, false) AS reported
  FROM own.members m
  ASOF LEFT JOIN sales t ON t.company_id = m.company_id AND t.segment = m.segment AND t.quarter <= m.quarter
  WHERE m.measurable
)
SELECT * EXCLUDE (reported), sum(weight) OVER layer > 0
    AND coalesce(sum(weight) FILTER (reported) OVER layer, 0) >= 0.8 * sum(weight) OVER layer AS final
FROM weighed WINDOW layer AS (PARTITION BY lens, layer, basis, quarter)
