-- error: A layer's amount is the sum of its members' dollars.
SELECT NULL AS company_id, m.lens || '/' || m.layer || ' ' || m.metric AS item, m.calendar_quarter AS period,
  m.basis || ', ' || m."window" || ': ' || m.value || ' USD, the members sum to '
    || coalesce(CAST(sum(a.amount_usd) AS VARCHAR), 'nothing') AS message
FROM marts.layer_metrics m
LEFT JOIN marts.member_amounts a ON a.lens = m.lens AND a.layer = m.layer AND a.basis = m.basis
  AND a.calendar_quarter = m.calendar_quarter AND a."window" = m."window" AND a.item = m.metric
WHERE m.metric IN ('capex', 'total_debt', 'net_debt') AND m.value IS NOT NULL
GROUP BY m.lens, m.layer, m.metric, m.calendar_quarter, m.basis, m."window", m.value
HAVING NOT coalesce(abs(sum(a.amount_usd) - m.value) <= 1e-9 * sum(abs(a.amount_usd)), false)
