-- The quarters that stand: sound, and not the fourth of a year that does not close. Four that close a filed year stand on its
-- basis too.
WITH standing AS (
  FROM own.sound q
  WHERE NOT EXISTS (
    FROM own.open_years o WHERE o.company_id = q.company_id AND o.item = q.item AND o.quarter_end = q.quarter_end
  )
),
years AS (
  SELECT y.company_id, y.item, y.fiscal_year, y.basis_from, y.basis_until
  FROM own.whole_years y
  JOIN (
    SELECT company_id, item, fiscal_year, max(quarter_end) AS quarter_end FROM standing GROUP BY ALL HAVING count(*) = 4
  ) f USING (company_id, item, fiscal_year, quarter_end)
  WHERE y.derivation = 'reported' AND y.source IN ('sec', 'sec_derived')
)
SELECT q.* REPLACE (
  CASE WHEN y.item IS NULL THEN q.basis_from WHEN y.basis_from IS NULL THEN NULL
    WHEN y.basis_from < q.basis_from THEN y.basis_from ELSE q.basis_from END AS basis_from,
  CASE WHEN y.item IS NULL THEN q.basis_until WHEN y.basis_until IS NULL THEN NULL
    WHEN y.basis_until > q.basis_until THEN y.basis_until ELSE q.basis_until END AS basis_until
)
FROM standing q LEFT JOIN years y USING (company_id, item, fiscal_year)
