-- core.gaps: quarters of stated years of flows that stay unknown: at the year's end, and at every quarter end inside the
-- year at which the company has any figure.
WITH years AS (FROM own.whole_years WHERE kind = 'flow'),
expected AS (
  SELECT company_id, item, fiscal_year, quarter_end FROM years
  UNION
  SELECT y.company_id, y.item, y.fiscal_year, e.quarter_end
  FROM years y JOIN (SELECT DISTINCT company_id, quarter_end FROM own.closed) e USING (company_id)
  WHERE e.quarter_end > y.span_start AND e.quarter_end < y.quarter_end
)
SELECT e.company_id, e.item, e.fiscal_year, e.quarter_end AS period_end,
  CASE WHEN o.item IS NOT NULL THEN 'the quarters do not add up to the year'
    ELSE coalesce(d.reason, 'no year-to-date figure one quarter shorter') END AS reason
FROM expected e
ANTI JOIN own.closed USING (company_id, item, quarter_end)
LEFT JOIN own.open_years o USING (company_id, item, quarter_end)
LEFT JOIN (
  SELECT company_id, item, quarter_end, min(reason) AS reason FROM own.differences WHERE reason IS NOT NULL GROUP BY ALL
) d USING (company_id, item, quarter_end)
