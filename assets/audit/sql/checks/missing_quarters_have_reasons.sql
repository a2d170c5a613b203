-- error: Where a year of a flow is known and not all its quarters, core.gaps says why, of the item or, for a computed one, of
-- what it is computed from; a quarter is not both known and a gap; the year stands among the quarters if and only if one of them is missing.
WITH years AS (
  SELECT y.*, count(q.item) AS quarters
  FROM core.company_years y
  JOIN declared.items i ON i.item = y.item AND i.kind = 'flow'
  LEFT JOIN core.company_quarters q ON q.company_id = y.company_id AND q.item = y.item
    AND q.derivation <> 'year_only' AND q.period_end > y.period_start AND q.period_end <= y.period_end
  GROUP BY ALL
)
SELECT company_id, item, CAST(period_end AS VARCHAR) AS period,
  quarters || ' quarters of fiscal ' || fiscal_year || ' are known, and no gap says why' AS message
FROM years y
WHERE quarters < 4 AND NOT EXISTS (
  FROM core.gaps g
  WHERE g.company_id = y.company_id AND g.fiscal_year = y.fiscal_year AND (g.item = y.item OR (
    starts_with(y.concept, 'computed: ')
    AND g.item IN (SELECT unnest([first, second]) FROM declared.identities i WHERE i.item = y.item)
  ))
)
UNION ALL
SELECT g.company_id, g.item, CAST(g.period_end AS VARCHAR), 'known, and a gap says: ' || g.reason
FROM core.gaps g
JOIN core.company_quarters q ON q.company_id = g.company_id AND q.item = g.item AND q.period_end = g.period_end
  AND q.derivation NOT IN ('year_only', 'computed')
UNION ALL
SELECT y.company_id, y.item, CAST(y.period_end AS VARCHAR),
  CASE WHEN quarters < 4 THEN 'only ' || quarters || ' quarters are known and the year does not stand in their place'
    ELSE 'all quarters are known and the year stands beside them' END
FROM years y
WHERE (quarters < 4) <> EXISTS (
  FROM core.company_quarters q
  WHERE q.company_id = y.company_id AND q.item = y.item AND q.period_end = y.period_end AND q.derivation = 'year_only'
)
