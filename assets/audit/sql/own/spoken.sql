-- The one that speaks: the best source; of its tiers the one that knows most quarters of that fiscal year, then the lower
-- tier; year less nine months before a stated quarter before another difference; nearest the grid; first id.
WITH known AS (
  SELECT company_id, item, source, tier, fiscal_year, count(DISTINCT quarter_end) AS quarters
  FROM own.candidates GROUP BY ALL
)
SELECT c.*
FROM own.candidates c
JOIN known k ON k.company_id = c.company_id AND k.item = c.item AND k.source = c.source AND k.tier = c.tier
  AND k.fiscal_year IS NOT DISTINCT FROM c.fiscal_year
QUALIFY row_number() OVER (
  PARTITION BY c.company_id, c.item, c.quarter_end
  ORDER BY c.rank, k.quarters DESC, c.tier, list_position(['q4_from_year', 'reported', 'decumulated'], c.derivation),
    c.moved, c.observation_id, c.minus_observation_id, c.span_start
) = 1
