-- core.company_quarters. The calendar quarter holds the fiscal quarter's midpoint; for a whole year or a balance, the day
-- 45 days before its end.
SELECT q.company_id, q.item, q.span_start + 1 AS period_start, q.quarter_end AS period_end,
  own.quarter_label(CASE
    WHEN q.derivation = 'year_only' OR q.span_start IS NULL THEN q.quarter_end - 45
    ELSE own.middle(q.span_start + 1, q.quarter_end)
  END) AS calendar_quarter,
  q.value, q.currency, q.value * r.rate AS value_usd, q.derivation, q.source, q.concept, q.observation_id,
  q.minus_observation_id, q.known_at, q.basis_from, q.basis_until
FROM own.complete q
LEFT JOIN own.rates r ON r.currency = q.currency AND r.period_end = q.quarter_end
  AND r.period_start IS NOT DISTINCT FROM q.span_start + 1
WHERE q.scope = 'quarters'
