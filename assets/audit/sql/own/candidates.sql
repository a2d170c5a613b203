-- All that could speak for a fiscal quarter: stated quarters and balances, and differences on one basis.
SELECT * EXCLUDE (month, known_at, confirmed_at), month, known_at, confirmed_at,
  'reported' AS derivation, CAST(NULL AS VARCHAR) AS minus_observation_id
FROM own.standing WHERE spans <= 1
UNION ALL BY NAME
SELECT * EXCLUDE (reason) FROM own.differences WHERE reason IS NULL
