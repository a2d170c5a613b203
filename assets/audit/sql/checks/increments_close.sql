-- error: What a layer gained is its dollars of today's and the base quarter's same members: amount less base is increment plus entry less exit, and the shares of increments sum to one.
SELECT NULL AS company_id, lens || '/' || layer || ' ' || item AS item, calendar_quarter AS period,
  basis || ', ' || "window" || ', since ' || base_quarter || ': ' || amount_usd || ' less ' || base_amount_usd
    || ' USD is not ' || increment_usd || ' and ' || entry_usd || ' entered less ' || exit_usd || ' left' AS message
FROM marts.increments
WHERE null_reason IS NULL AND NOT coalesce(
  abs(amount_usd - base_amount_usd - increment_usd - entry_usd + exit_usd)
    <= 1e-9 * (abs(amount_usd) + abs(base_amount_usd) + abs(entry_usd) + abs(exit_usd)), false)
UNION ALL
SELECT NULL, lens || ' ' || item, calendar_quarter,
  basis || ', ' || "window" || ', since ' || base_quarter || ': shares sum to '
    || coalesce(CAST(sum(share_of_net) AS VARCHAR), 'nothing') || ' of net, '
    || coalesce(CAST(sum(share_of_positive) AS VARCHAR), 'nothing') || ' of positive'
FROM marts.increments
GROUP BY lens, basis, calendar_quarter, base_quarter, "window", item
HAVING abs(sum(share_of_net) - 1) > 1e-9 * greatest(1, sum(abs(share_of_net))) OR abs(sum(share_of_positive) - 1) > 1e-9
UNION ALL
SELECT NULL, i.lens || '/' || i.layer || ' ' || i.item, i.calendar_quarter,
  i.basis || ', ' || i."window" || ': ' || coalesce(CAST(i.amount_usd AS VARCHAR), 'nothing') || ' USD, the pool holds '
    || coalesce(CAST(v.amount_usd AS VARCHAR), 'nothing')
FROM marts.increments i
JOIN marts.value_capture v ON v.lens = i.lens AND v.layer = i.layer AND v.basis = i.basis AND v."window" = i."window"
  AND v.pool = i.item AND v.calendar_quarter = i.calendar_quarter
WHERE (i.amount_usd IS NULL) <> (v.amount_usd IS NULL) OR abs(i.amount_usd - v.amount_usd) > 1e-9 * abs(v.amount_usd)
