-- Figures of the statements by company and item: how they came, what is missing with a reason, whether the years close, and
-- how many contradictions were found. A year is closed if its four quarters sum to it (see quarters_close_their_year), open
-- if a quarter is missing.
WITH figures AS (
  SELECT company_id, item, count(*) AS compared,
    count(*) FILTER (source IN ('sec', 'sec_derived') AND derivation = 'reported') AS filed,
    count(*) FILTER (source IN ('sec', 'sec_derived') AND derivation NOT IN ('reported', 'year_only')) AS derived,
    count(*) FILTER (source NOT IN ('sec', 'sec_derived') AND derivation <> 'year_only') AS aggregated,
    count(*) FILTER (derivation = 'year_only') AS year_only
  FROM core.company_quarters GROUP BY ALL
),
years AS (
  SELECT y.company_id, y.item, y.fiscal_year, count(q.item) AS quarters
  FROM core.company_years y
  JOIN declared.items i ON i.item = y.item AND i.kind = 'flow'
  LEFT JOIN core.company_quarters q ON q.company_id = y.company_id AND q.item = y.item AND q.derivation <> 'year_only'
    AND q.period_end > y.period_start AND q.period_end <= y.period_end
  GROUP BY ALL
),
closing AS (
  SELECT company_id, item, count(*) FILTER (quarters = 4) AS closed_years, count(*) FILTER (quarters < 4) AS open_years
  FROM years GROUP BY ALL
),
missing AS (SELECT company_id, item, count(*) AS missing FROM core.gaps GROUP BY ALL),
wrong AS (SELECT company_id, item, sum(n) AS contradictions FROM contradictions WHERE company_id IS NOT NULL GROUP BY ALL)
SELECT company_id, item,
  coalesce(compared, 0) AS compared, coalesce(filed, 0) AS filed, coalesce(derived, 0) AS derived,
  coalesce(aggregated, 0) AS aggregated, coalesce(year_only, 0) AS year_only, coalesce(missing, 0) AS missing,
  coalesce(closed_years, 0) AS closed_years, coalesce(open_years, 0) AS open_years,
  CAST(coalesce(contradictions, 0) AS BIGINT) AS contradictions
FROM figures
FULL JOIN closing USING (company_id, item)
FULL JOIN missing USING (company_id, item)
FULL JOIN wrong USING (company_id, item)
