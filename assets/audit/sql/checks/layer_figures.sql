-- error: Coverage is measured members over members; a layer's value is null below half of them, and has a reason wherever it
-- is null; its first quartile is no more than its median, and that no more than its third.
SELECT NULL AS company_id, lens || '/' || layer || ' ' || metric AS item, calendar_quarter AS period,
  basis || ', ' || "window" || ': ' || n_measured || ' of ' || n_members || ' members, coverage '
    || coalesce(CAST(coverage_ratio AS VARCHAR), 'null') || ', value ' || coalesce(CAST(value AS VARCHAR), 'null')
    || coalesce(' (' || null_reason || ')', '') || ', quartiles ' || coalesce(CAST(p25 AS VARCHAR), 'null') || ', '
    || coalesce(CAST(median AS VARCHAR), 'null') || ', ' || coalesce(CAST(p75 AS VARCHAR), 'null') AS message
FROM marts.layer_metrics
WHERE coverage_ratio IS DISTINCT FROM CASE WHEN n_members > 0 THEN n_measured / n_members END
  OR n_measured > n_members OR (value IS NULL) <> (null_reason IS NOT NULL)
  OR (value IS NOT NULL AND coalesce(coverage_ratio, 0) < 0.5) OR p25 > median OR median > p75
