-- Metrics that are known with the dollars they are made of; of overlapping segmentations of one segment the one that knows
-- the metric, then the one that reaches furthest, then the last by name.
FROM (SELECT *, max(quarter) OVER (PARTITION BY company_id, segment, note) AS reach FROM own.measures)
WHERE numerator_usd IS NOT NULL AND (denominator_usd IS NOT NULL OR NOT is_ratio)
QUALIFY row_number() OVER (
  PARTITION BY company_id, segment, quarter, "window", metric ORDER BY reach DESC, note DESC
) = 1
