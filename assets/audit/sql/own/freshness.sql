-- marts.freshness: the newest revenue of each listed company, quarter or year, and its age on the newest day of knowledge.
WITH as_of AS (
  SELECT max(day) AS day FROM (SELECT known_at AS day FROM own.company_quarters UNION ALL SELECT date FROM own.prices)
),
newest AS (
  FROM own.company_quarters WHERE item = 'revenue'
  QUALIFY row_number() OVER (PARTITION BY company_id ORDER BY period_end DESC, derivation <> 'year_only' DESC) = 1
)
SELECT c.company_id, n.calendar_quarter AS newest_quarter, n.period_end AS newest_period_end, n.known_at AS newest_known_at,
  n.source, as_of.day - n.period_end AS age_days
FROM core.companies c
CROSS JOIN as_of
LEFT JOIN newest n USING (company_id)
WHERE c.status = 'listed'
