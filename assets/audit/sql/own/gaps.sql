-- core.gaps: quarters of stated years of flows that stay unknown: at the year's end, and about each quarter of its days, at
-- the company's own quarter end where it has any figure within 20 days of it.
WITH years AS (FROM own.complete WHERE scope = 'years' AND kind = 'flow'),
standing AS (FROM own.complete WHERE scope = 'quarters' AND derivation <> 'year_only'),
ends AS (SELECT DISTINCT company_id, quarter_end FROM standing),
expected AS (
  SELECT company_id, item, fiscal_year, concept, quarter_end FROM years
  UNION
  SELECT y.company_id, y.item, y.fiscal_year, y.concept, coalesce((
    SELECT arg_min(e.quarter_end, abs(date_diff('day', e.quarter_end, y.about)))
    FROM ends e WHERE e.company_id = y.company_id AND abs(date_diff('day', e.quarter_end, y.about)) <= 20
  ), y.about)
  FROM (
    SELECT years.*, CAST(span_start + CAST(date_diff('day', span_start, quarter_end) * k // 4 AS INTEGER) AS DATE) AS about
    FROM years, (VALUES (1), (2), (3)) AS quarters(k)
  ) y
)
SELECT e.company_id, e.item, e.fiscal_year, e.quarter_end AS period_end,
  CASE
    -- It was there before the years were closed.
    WHEN o.item IS NOT NULL OR r.item IS NOT NULL THEN 'the quarters do not add up to the year'
    WHEN d.reason IS NOT NULL THEN d.reason
    WHEN starts_with(e.concept, 'computed:') THEN 'what it is computed from is unknown'
    ELSE 'no year-to-date figure one quarter shorter'
  END AS reason
FROM expected e
ANTI JOIN standing USING (company_id, item, quarter_end)
LEFT JOIN own.open_years o USING (company_id, item, quarter_end)
LEFT JOIN (SELECT DISTINCT company_id, item, quarter_end FROM own.rows WHERE scope = 'quarters') r
  USING (company_id, item, quarter_end)
LEFT JOIN (
  SELECT company_id, item, quarter_end, min(reason) AS reason FROM own.differences WHERE reason IS NOT NULL GROUP BY ALL
) d USING (company_id, item, quarter_end)
