-- A quarter is final for a layer when members with at least 80 % of its trailing revenue have reported it. A member's
-- trailing revenue is that of the latest quarter, up to this one, in which it is known: of twelve months, or at the start
-- of a record of the quarters there are; a negative one weighs nothing.
WITH revenue AS (FROM own.known_dollars WHERE item = 'revenue'),
so_far AS (
  SELECT company_id, segment, quarter, coalesce(
    max(amount_usd) FILTER ("window" = 'ttm'),
    sum(max(amount_usd) FILTER ("window" = 'quarter')) OVER (
      PARTITION BY company_id, segment ORDER BY quarter RANGE BETWEEN 3 PRECEDING AND CURRENT ROW
    )
  ) AS amount
  FROM revenue GROUP BY company_id, segment, quarter
),
weighed AS (
  SELECT m.lens, m.layer, m.basis, m.quarter, greatest(t.amount, 0) AS weight, t.quarter = m.quarter AS reported
  FROM own.members m
  ASOF LEFT JOIN so_far t ON t.company_id = m.company_id AND t.segment = m.segment AND t.quarter <= m.quarter
  WHERE m.measurable
)
SELECT lens, layer, basis, quarter, CASE
    WHEN sum(weight) > 0 AND coalesce(sum(weight) FILTER (reported), 0) >= 0.8 * sum(weight) THEN 'final'
    ELSE 'provisional'
  END AS status
FROM weighed GROUP BY ALL
