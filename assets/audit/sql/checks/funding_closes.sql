-- error: Capex is what operations, debt, shareholders and cash paid, and the residual; of companies and of layers, of which the dollars are the members'.
WITH parts AS (
  SELECT company_id, NULL AS item, calendar_quarter, "window", measure, value FROM marts.company_capital
  UNION ALL
  SELECT NULL, lens || '/' || layer || ' ' || basis, calendar_quarter, "window", measure, value FROM marts.capital
)
SELECT company_id, coalesce(item, 'funded_capex') AS item, calendar_quarter AS period,
  "window" || ': capex ' || coalesce(CAST(max(value) FILTER (measure = 'funded_capex') AS VARCHAR), 'unknown')
    || ' USD, its parts sum to '
    || coalesce(CAST(sum(value) FILTER (measure <> 'funded_capex') AS VARCHAR), 'nothing') AS message
FROM parts WHERE starts_with(measure, 'funded_')
GROUP BY company_id, item, calendar_quarter, "window"
HAVING count(*) <> 6 OR count(value) NOT IN (0, 6)
  OR abs(sum(CASE WHEN measure = 'funded_capex' THEN value ELSE -value END)) > 1e-9 * sum(abs(value))
UNION ALL
SELECT c.company_id, 'funded_capex', c.calendar_quarter,
  c."window" || ': ' || c.value || ' USD, marts.company_metrics has ' || coalesce(CAST(m.value AS VARCHAR), 'nothing')
FROM marts.company_capital c
LEFT JOIN marts.company_metrics m ON m.company_id = c.company_id AND m.calendar_quarter = c.calendar_quarter
  AND m."window" = c."window" AND m.metric = 'capex'
WHERE c.measure = 'funded_capex' AND c.value IS NOT NULL
  AND NOT coalesce(abs(c.value - m.value) <= 1e-9 * abs(m.value), false)
UNION ALL
SELECT NULL, k.lens || '/' || k.layer || ' ' || k.measure, k.calendar_quarter,
  k.basis || ', ' || k."window" || ': ' || k.value || ', the members sum to ' || coalesce(CAST(sum(c.value) AS VARCHAR), 'nothing')
FROM marts.capital k
LEFT JOIN own.members m ON m.lens = k.lens AND m.layer = k.layer AND m.basis = k.basis
  AND own.number_label(m.quarter) = k.calendar_quarter AND m.measurable AND m.segment = ''
LEFT JOIN marts.company_capital c ON c.company_id = m.company_id AND c.calendar_quarter = k.calendar_quarter
  AND c."window" = k."window" AND c.measure = k.measure AND c.value IS NOT NULL
WHERE k.value IS NOT NULL AND (starts_with(k.measure, 'funded_') OR k.measure IN ('cumulative_capex', 'da_to_come'))
GROUP BY k.lens, k.layer, k.basis, k."window", k.calendar_quarter, k.measure, k.value, k.n_measured
HAVING count(c.value) <> k.n_measured OR NOT coalesce(abs(sum(c.value) - k.value) <= 1e-9 * sum(abs(c.value)), false)
