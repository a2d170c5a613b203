-- error: The id of every observation is the hash of what it says.
SELECT company_id, concept AS item, CAST(period_end AS VARCHAR) AS period,
  'observation ' || observation_id || ' no longer says what its id was made from: value ' || value || ', unit ' || unit
    || ', known ' || known_at AS message
FROM raw.observations
WHERE observation_id <> sha256(
  source || '|' || company_id || '|' || concept || '|' || coalesce(CAST(period_start AS VARCHAR), '') || '|' || period_end
    || '|' || unit || '|' || CAST(value AS VARCHAR) || '|' || known_at || '|' || coalesce(reference, '')
)[1:16]
