-- marts.disagreements: what another source or tier says of a quarter or balance, more than 0.5 % of the larger apart from what
-- speaks, and the likely kind by rule.
WITH pairs AS (
  SELECT q.company_id, q.item, q.quarter_end AS period_end, q.value, q.currency, q.source, q.tier, q.concept, q.derivation,
    q.known_at, q.observation_id, o.value AS other_value, o.source AS other_source, o.tier AS other_tier,
    o.concept AS other_concept, o.known_at AS other_known_at, o.derivation AS other_derivation,
    o.observation_id AS other_observation_id, CASE WHEN q.value <> 0 THEN o.value / q.value END AS ratio
  FROM own.spoken q
  JOIN own.candidates o USING (company_id, item, quarter_end, spans)
  WHERE (o.source <> q.source OR o.tier <> q.tier)
    AND abs(o.value - q.value) > 0.005 * greatest(abs(o.value), abs(q.value))
)
SELECT * EXCLUDE (tier, other_tier, known_at, other_known_at, ratio), ratio - 1 AS difference_ratio,
  CASE
    WHEN abs(ratio + 1) <= 0.005 THEN 'sign'
    WHEN ratio <> 0 AND (abs(abs(log10(abs(ratio))) - 3) < 0.01 OR abs(abs(log10(abs(ratio))) - 6) < 0.01) THEN 'scale'
    WHEN item IN ('net_income', 'equity') AND tier + other_tier > 0 THEN 'minority'
    WHEN item = 'operating_income' AND other_source <> 'sec' THEN 'adjusted'
    WHEN contains(item, 'debt') THEN 'lease'
    WHEN other_source = source THEN 'definition'
    WHEN other_known_at <> known_at THEN 'vintage'
    ELSE 'other'
  END AS kind
FROM pairs
