-- error: A computed item is what its identity says, of items of the same company and period.
SELECT q.company_id, q.item, CAST(q.period_end AS VARCHAR) AS period,
  q.value || ', but ' || i.first || ' ' || coalesce(CAST(a.value AS VARCHAR), 'unknown') || ' and ' || i.second || ' '
    || coalesce(CAST(b.value AS VARCHAR), 'unknown') AS message
FROM core.company_quarters q
JOIN declared.identities i
  ON i.item = q.item AND split_part(substr(q.concept, 11), ' ', 1) = i.first
LEFT JOIN core.company_quarters a ON a.item = i.first AND a.company_id = q.company_id AND a.period_end = q.period_end
  AND a.period_start IS NOT DISTINCT FROM q.period_start
LEFT JOIN core.company_quarters b ON b.item = i.second AND b.company_id = q.company_id AND b.period_end = q.period_end
  AND b.period_start IS NOT DISTINCT FROM q.period_start
WHERE q.derivation = 'computed'
  AND NOT coalesce(q.value = i.first_sign * a.value + i.second_sign * b.value, false)
