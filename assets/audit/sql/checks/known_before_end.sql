-- error: No figure is known before its period has ended, nor after the day that is audited.
SELECT company_id, item, CAST(period_end AS VARCHAR) AS period,
  name || ': known ' || known_at || ', the period ends ' || period_end AS message
FROM (
  SELECT 'core.company_quarters' AS name, company_id, item, period_end, known_at FROM core.company_quarters
  UNION ALL SELECT 'core.company_years', company_id, item, period_end, known_at FROM core.company_years
  UNION ALL SELECT 'core.segment_quarters', company_id, item, period_end, known_at FROM core.segment_quarters
)
WHERE known_at < period_end OR NOT own.is_known(known_at)
