-- core.gaps: quarters of known years of flows that stay unknown: at the year's end, and about each quarter of its days, at
-- the nearest quarter end at which the company has any figure, within 20 days of it (of two as near, the later). Of several rejected differences the reason is
-- the best source's and tier's.
WITH years AS (FROM own.complete WHERE scope = 'years' AND kind = 'flow'),
standing AS (FROM own.complete WHERE scope = 'quarters' AND derivation <> 'year_only'),
ends AS (SELECT DISTINCT company_id, quarter_end FROM standing),
expected AS (
  SELECT company_id, item, fiscal_year, concept, quarter_end FROM years
  UNION
  SELECT y.company_id, y.item, y.fiscal_year, y.concept, coalesce((
    SELECT e.quarter_end FROM ends e
    WHERE e.company_id = y.company_id AND abs(e.quarter_end - y.about) <= 20
    ORDER BY abs(e.quarter_end - y.about), e.quarter_end DESC LIMIT 1
  ), y.about)
  FROM (
    SELECT years.*, span_start + CAST((quarter_end - span_start) * k // 4 AS INTEGER) AS about
    FROM years CROSS JOIN (VALUES (1), (2), (3)) quarters(k)
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
  FROM own.differences WHERE reason IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY company_id, item, quarter_end ORDER BY rank, tier, reason) = 1
) d USING (company_id, item, quarter_end)
