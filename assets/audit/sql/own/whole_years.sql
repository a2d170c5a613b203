-- Fiscal years. Filed (by SEC or computed from its facts): spans of four quarters that end at a fiscal year's end, of the
-- best source, then of the tier that spoke for most of the year's quarters, the lower tier, nearest the grid, first id.
-- Where none is filed, the sum of the year's four quarters if they follow each other on one basis; its source is the weakest (the first
-- of those), its label and observation are the last quarter's. Where there is no such sum, an aggregator's year. The year
-- of a balance is the balance at its end.
WITH said AS (
  SELECT company_id, item, source, tier, fiscal_year, count(*) AS quarters FROM own.spoken GROUP BY ALL
),
stated AS (
  SELECT s.* EXCLUDE (confirmed_at), 'reported' AS derivation
  FROM own.standing s
  LEFT JOIN said USING (company_id, item, source, tier, fiscal_year)
  WHERE s.spans = 4 AND own.is_year_end(s.quarter_end, s.month)
  QUALIFY row_number() OVER (
    PARTITION BY s.company_id, s.item, s.fiscal_year
    ORDER BY s.rank, coalesce(said.quarters, 0) DESC, s.tier, s.moved, s.observation_id
  ) = 1
),
is_filed AS (FROM stated WHERE source IN ('sec', 'sec_derived')),
joined AS (
  SELECT *, span_start IS NOT DISTINCT FROM coalesce(
    lag(quarter_end) OVER (PARTITION BY company_id, item, fiscal_year ORDER BY quarter_end), span_start
  ) AS follows
  FROM own.spoken ANTI JOIN is_filed USING (company_id, item, fiscal_year)
  WHERE kind = 'flow'
),
sums AS (
  SELECT company_id, item, fiscal_year, kind, min_by(source, (-rank, quarter_end)) AS source, max(rank) AS rank,
    min_by(tier, (-rank, quarter_end)) AS tier, any_value(month) AS month, any_value(currency) AS currency,
    min_by(span_start, quarter_end) AS span_start, max(quarter_end) AS quarter_end, sum(value) AS value,
    max(known_at) AS known_at, max_by(observation_id, quarter_end) AS observation_id,
    max_by(concept, quarter_end) AS concept, 4 AS spans, 'computed' AS derivation,
    max(q.basis_from) AS basis_from, min(q.basis_until) AS basis_until
  FROM joined q
  GROUP BY company_id, item, fiscal_year, kind
  HAVING count(*) = 4 AND bool_and(follows) AND count(DISTINCT q.currency) = 1
    AND own.shared(max(q.basis_from), min(q.basis_until))
)
SELECT * FROM is_filed
UNION ALL BY NAME
SELECT * FROM sums
UNION ALL BY NAME
SELECT * FROM stated
ANTI JOIN is_filed USING (company_id, item, fiscal_year)
ANTI JOIN sums USING (company_id, item, fiscal_year)
UNION ALL BY NAME
SELECT * EXCLUDE (confirmed_at, minus_observation_id) FROM own.spoken
WHERE kind = 'stock' AND own.is_year_end(quarter_end, month)
