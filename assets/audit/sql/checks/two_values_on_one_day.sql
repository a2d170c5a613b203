-- warning: One source says one thing of one label and period on one day in one document.
SELECT company_id, concept AS item, CAST(period_end AS VARCHAR) AS period,
  source || ' says ' || string_agg(DISTINCT CAST(value AS VARCHAR), ' and ') || ' on ' || known_at || ' (ids '
    || string_agg(observation_id, ', ') || ')' AS message
FROM raw.observations
GROUP BY source, company_id, concept, period_start, period_end, unit, known_at, reference
HAVING count(DISTINCT value) > 1
