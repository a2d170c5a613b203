-- Observations on the grid: flows between two quarter ends one to four quarters apart; balances at the nearest end within
-- ten days (of two as near, the later); share counts of a cover page or quote at the last end before it, up to 100 days back.
WITH flows AS (
  SELECT h.*, a.quarter_end AS span_start, b.quarter_end AS quarter_end,
    own.quarters_in(b.quarter_end - a.quarter_end) AS spans,
    abs(b.quarter_end - h.period_end) + abs(a.quarter_end - (h.period_start - 1)) AS moved
  FROM own.heard h
  JOIN own.grid a ON a.company_id = h.company_id AND a.day = h.period_start - 1
  JOIN own.grid b ON b.company_id = h.company_id AND b.day = h.period_end
),
ends AS (SELECT DISTINCT company_id, quarter_end FROM own.grid),
balances AS (
  SELECT h.*, CAST(NULL AS DATE) AS span_start, e.quarter_end, 0 AS spans, abs(e.quarter_end - h.period_end) AS moved
  FROM own.heard h
  JOIN ends e ON e.company_id = h.company_id
  WHERE h.kind = 'stock' AND CASE
    WHEN own.is_cover(h.concept) THEN h.period_end - e.quarter_end BETWEEN 0 AND 100
    ELSE abs(h.period_end - e.quarter_end) <= 10
  END
  QUALIFY row_number() OVER (PARTITION BY h.observation_id ORDER BY moved, e.quarter_end DESC) = 1
)
SELECT *, own.fiscal_year(quarter_end, month) AS fiscal_year
FROM (FROM flows WHERE spans IS NOT NULL UNION ALL BY NAME FROM balances)
