-- error: A margin's change is within plus between plus entry plus exit, each the sum of the members'; the margin is the layer's; weights sum to one.
SELECT NULL AS company_id, lens || '/' || layer || ' ' || metric AS item, calendar_quarter AS period,
  basis || ', ' || "window" || ', since ' || base_quarter || ': ' || change || ' is not ' || within || ' within, '
    || "between" || ' between, ' || entry || ' entry, ' || exit || ' exit' AS message
FROM marts.decomposition
WHERE null_reason IS NULL AND NOT coalesce(
  abs(change - within - "between" - entry - exit) <= 1e-9 * greatest(1, abs(within) + abs("between") + abs(entry) + abs(exit))
  AND abs(margin - base_margin - change) <= 1e-9 * greatest(1, abs(margin)), false)
UNION ALL
SELECT NULL, d.lens || '/' || d.layer || ' ' || d.metric, d.calendar_quarter,
  d.basis || ', ' || d."window" || ', since ' || d.base_quarter || ': within ' || d.within || ', the members sum to '
    || coalesce(CAST(sum(m.within) AS VARCHAR), 'nothing') || '; weights sum to '
    || coalesce(CAST(sum(m.weight) AS VARCHAR), 'nothing')
FROM marts.decomposition d
LEFT JOIN marts.decomposition_members m USING (lens, layer, basis, "window", metric, base_quarter, calendar_quarter)
WHERE d.metric = 'operating_margin' AND d.null_reason IS NULL
GROUP BY d.lens, d.layer, d.metric, d.calendar_quarter, d.basis, d."window", d.base_quarter, d.within, d."between",
  d.entry, d.exit
HAVING NOT coalesce(
  abs(sum(m.within) - d.within) <= 1e-9 * greatest(1, sum(abs(m.within)))
  AND abs(sum(m."between") - d."between") <= 1e-9 * greatest(1, sum(abs(m."between")))
  AND abs(sum(m.entry) - d.entry) <= 1e-9 * greatest(1, sum(abs(m.entry)))
  AND abs(sum(m.exit) - d.exit) <= 1e-9 * greatest(1, sum(abs(m.exit)))
  AND abs(sum(m.weight) - 1) <= 1e-9 AND abs(sum(m.base_weight) - 1) <= 1e-9, false)
UNION ALL
SELECT NULL, d.lens || '/' || d.layer || ' ' || d.metric, d.calendar_quarter,
  d.basis || ', ' || d."window" || ': margin ' || coalesce(CAST(d.margin AS VARCHAR), 'unknown') || ', of the layer '
    || coalesce(CAST(l.value AS VARCHAR), 'unknown')
FROM marts.decomposition d
JOIN marts.layer_metrics l USING (lens, layer, basis, "window", metric, calendar_quarter)
WHERE (d.margin IS NULL) <> (l.value IS NULL) OR abs(d.margin - l.value) > 1e-9 * greatest(1, abs(l.value))
