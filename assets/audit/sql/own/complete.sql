-- The statements with the identities: quarters without the fourth of a year that misses it by more than eight rounding
-- units (those of two figures), and whole years of flows, as year_only, where not all four quarters stand.
WITH quarters AS (FROM own.rows WHERE scope = 'quarters'),
years AS (FROM own.rows WHERE scope = 'years'),
missed AS (
  SELECT y.company_id, y.item, y.quarter_end
  FROM years y
  JOIN (
    SELECT company_id, item, fiscal_year, sum(value) AS total, max(quarter_end) AS quarter_end
    FROM quarters WHERE kind = 'flow'
    GROUP BY company_id, item, fiscal_year HAVING count(*) = 4
  ) q USING (company_id, item, fiscal_year, quarter_end)
  WHERE abs(q.total - y.value) > 8 * own.rounding_unit(y.value)
),
standing AS (FROM quarters ANTI JOIN missed USING (company_id, item, quarter_end))
SELECT * FROM standing
UNION ALL BY NAME
SELECT * REPLACE ('quarters' AS scope, 'year_only' AS derivation) FROM years y
WHERE kind = 'flow' AND 4 <> (
  SELECT count(*) FROM standing s
  WHERE s.company_id = y.company_id AND s.item = y.item AND s.fiscal_year = y.fiscal_year
)
UNION ALL BY NAME
SELECT * FROM years
