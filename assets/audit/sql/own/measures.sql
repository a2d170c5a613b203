-- The metrics of each company and segment, with the dollars they are made of. Items of one figure may end ten days apart and
-- must share a currency (unless in dollars). Economic profit is what ROIC is made of: NOPAT less the cost of capital on
-- average invested capital, in dollars; unknown as ROIC is, and where there is no exchange rate.
WITH sums AS (
  SELECT company_id, segment, note, quarter, "window", period_end, metric,
    own.sum_of(amount, part = 'numerator') AS numerator,
    own.sum_of(amount, part = 'denominator') AS denominator,
    own.sum_of(amount_usd, part = 'numerator') AS numerator_usd,
    own.sum_of(amount_usd, part = 'denominator') AS denominator_usd,
    own.sum_of(base, part = 'denominator') AS base,
    own.sum_of(base_usd, part = 'denominator') AS base_usd,
    min_by(reason, (part <> 'numerator', position)) FILTER (reason IS NOT NULL) AS missing,
    max(item_end) - min(item_end) AS days_apart, count(DISTINCT currency) AS currencies
  FROM own.terms GROUP BY ALL
),
known AS (
  SELECT s.*, m.denominator AS name, m.near_zero, coalesce(missing,
    CASE WHEN days_apart > 10 THEN 'periods differ'
      WHEN NOT m.in_usd AND currencies > 1 THEN 'mixed currencies' END
  ) AS unknown, m.in_usd
  FROM sums s JOIN declared.metrics m USING (metric) WHERE metric <> 'economic_profit'
),
charged AS (
  SELECT k.*, CASE WHEN unknown IS NULL THEN numerator_usd - a.value * denominator_usd END AS profit_usd
  FROM known k, declared.assumptions a WHERE k.metric = 'roic' AND a.assumption = 'cost_of_capital'
)
SELECT company_id, segment, note, quarter, "window", period_end, metric,
  coalesce(unknown, own.says_nothing(
    CASE WHEN in_usd THEN denominator_usd ELSE denominator END, name, near_zero,
    CASE WHEN in_usd THEN base_usd ELSE base END
  )) AS null_reason,
  CASE WHEN null_reason IS NOT NULL THEN NULL
    WHEN name IS NULL THEN numerator_usd
    WHEN in_usd THEN numerator_usd / denominator_usd
    ELSE numerator / denominator
  END AS value,
  numerator_usd, denominator_usd, CASE WHEN near_zero IS NOT NULL THEN base_usd END AS base_usd, name IS NOT NULL AS is_ratio
FROM known
UNION ALL BY NAME
SELECT company_id, segment, note, quarter, "window", period_end, 'economic_profit' AS metric, profit_usd AS value,
  coalesce(unknown, CASE WHEN profit_usd IS NULL THEN 'no exchange rate' END) AS null_reason,
  profit_usd AS numerator_usd, false AS is_ratio
FROM charged
