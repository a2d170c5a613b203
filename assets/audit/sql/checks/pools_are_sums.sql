-- error: A layer's dollars in a pool are the sum of its members', and the shares of a pool sum to one.
SELECT NULL AS company_id, v.lens || '/' || v.layer || ' ' || v.pool AS item, v.calendar_quarter AS period,
  v.basis || ', ' || v."window" || ': ' || v.amount_usd || ' USD, the members sum to '
    || coalesce(CAST(sum(a.amount_usd) AS VARCHAR), 'nothing') AS message
FROM marts.value_capture v
LEFT JOIN marts.member_amounts a ON a.lens = v.lens AND a.layer = v.layer AND a.basis = v.basis
  AND a.calendar_quarter = v.calendar_quarter AND a."window" = v."window" AND a.item = v.pool
WHERE v.amount_usd IS NOT NULL
GROUP BY v.lens, v.layer, v.basis, v.calendar_quarter, v."window", v.pool, v.amount_usd
HAVING NOT coalesce(abs(sum(a.amount_usd) - v.amount_usd) <= 1e-9 * sum(abs(a.amount_usd)), false)
UNION ALL
SELECT NULL, lens || ' ' || pool, calendar_quarter,
  basis || ', ' || "window" || ': shares sum to ' || coalesce(CAST(sum(share_of_net) AS VARCHAR), 'nothing') || ' of net, '
    || coalesce(CAST(sum(share_of_positive) AS VARCHAR), 'nothing') || ' of positive'
FROM marts.value_capture
GROUP BY lens, basis, calendar_quarter, "window", pool
HAVING abs(sum(share_of_net) - 1) > 1e-9 OR abs(sum(share_of_positive) - 1) > 1e-9
