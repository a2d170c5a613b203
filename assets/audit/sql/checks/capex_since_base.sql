-- error: Capex since the base quarter is the sum of its quarters, or of its years; what of it is still to be charged is the run-off.
WITH spent AS (
  SELECT company_id, quarter, amount_usd FROM own.known_dollars
  WHERE item = 'capex' AND segment = '' AND "window" = 'quarter' AND quarter > own.quarter_number('2022Q4')
),
whole AS (
  SELECT company_id, quarter, sum(amount_usd) OVER so_far AS total, count(*) OVER so_far AS n
  FROM spent WINDOW so_far AS (PARTITION BY company_id ORDER BY quarter)
)
SELECT c.company_id, 'cumulative_capex' AS item, c.calendar_quarter AS period,
  coalesce(CAST(c.value AS VARCHAR), 'unknown') || ' USD, its quarters sum to ' || w.total AS message
FROM marts.company_capital c
JOIN whole w ON w.company_id = c.company_id AND own.number_label(w.quarter) = c.calendar_quarter
  AND w.n = w.quarter - own.quarter_number('2022Q4')
WHERE c.measure = 'cumulative_capex' AND NOT coalesce(abs(c.value - w.total) <= 1e-9 * abs(w.total), false)
UNION ALL
SELECT c.company_id, 'da_to_come', c.calendar_quarter,
  c.value || ' USD of ' || s.value || ' spent are still to be charged'
FROM marts.company_capital c
JOIN marts.company_capital s ON s.company_id = c.company_id AND s.calendar_quarter = c.calendar_quarter
  AND s."window" = c."window" AND s.measure = 'cumulative_capex'
WHERE c.measure = 'da_to_come' AND (c.value > s.value * (1 + 1e-9) OR (c.value IS NULL) <> (s.value IS NULL))
UNION ALL
SELECT r.company_id, 'da_to_come', r.calendar_quarter,
  sum(r.equipment_usd + r.shell_usd) || ' USD run off, to come are ' || coalesce(CAST(max(c.value) AS VARCHAR), 'unknown')
FROM marts.company_runoff r
LEFT JOIN marts.company_capital c ON c.company_id = r.company_id AND c.calendar_quarter = r.calendar_quarter
  AND c."window" = 'ttm' AND c.measure = 'da_to_come'
GROUP BY r.company_id, r.calendar_quarter
HAVING NOT coalesce(abs(sum(r.equipment_usd + r.shell_usd) - max(c.value)) <= 1e-9 * abs(max(c.value)), false)
UNION ALL
SELECT NULL, r.lens || '/' || r.layer || ' da_to_come', r.calendar_quarter,
  r.basis || ': ' || sum(r.equipment_usd + r.shell_usd) || ' USD run off, to come are '
    || coalesce(CAST(max(c.value) AS VARCHAR), 'unknown')
FROM marts.runoff r
LEFT JOIN marts.capital c ON c.lens = r.lens AND c.layer = r.layer AND c.basis = r.basis
  AND c.calendar_quarter = r.calendar_quarter AND c."window" = 'ttm' AND c.measure = 'da_to_come'
GROUP BY r.lens, r.layer, r.basis, r.calendar_quarter
HAVING NOT coalesce(abs(sum(r.equipment_usd + r.shell_usd) - max(c.value)) <= 1e-9 * abs(max(c.value)), false)
