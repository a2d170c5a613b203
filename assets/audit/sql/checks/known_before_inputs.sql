-- error: No figure is known before the observations it rests on.
SELECT f.company_id, f.item, CAST(f.period_end AS VARCHAR) AS period,
  f.name || ': known ' || f.known_at || ', its observation ' || o.observation_id || ' on ' || o.known_at AS message
FROM (
  SELECT 'core.company_quarters' AS name, company_id, item, period_end, known_at,
    unnest([observation_id, minus_observation_id]) AS observation_id
  FROM core.company_quarters
  UNION ALL SELECT 'core.company_years', company_id, item, period_end, known_at, observation_id FROM core.company_years
) f
JOIN raw.observations o USING (observation_id)
WHERE f.known_at < o.known_at
