-- core.company_years.
SELECT y.company_id, y.item, y.span_start + 1 AS period_start, y.quarter_end AS period_end, y.fiscal_year, y.value,
  y.currency, y.value * r.rate AS value_usd, y.source, y.concept, y.observation_id, y.known_at, y.basis_from,
  y.basis_until
FROM own.complete y
LEFT JOIN own.rates r ON r.currency = y.currency AND r.period_end = y.quarter_end
  AND r.period_start IS NOT DISTINCT FROM y.span_start + 1
WHERE y.scope = 'years'
