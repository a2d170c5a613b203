-- One identity (its position in the declared list is bound): an item that no source states for that period, from two others
-- of the same company, period, currency and basis. It is known when the later of the two is, its source is the weaker one's;
-- its observation is the first term's.
INSERT INTO own.rows BY NAME
SELECT a.* REPLACE (
  i.item AS item, i.first_sign * a.value + i.second_sign * b.value AS value,
  greatest(a.known_at, b.known_at) AS known_at, greatest(a.basis_from, b.basis_from) AS basis_from,
  least(a.basis_until, b.basis_until) AS basis_until, greatest(a.rank, b.rank) AS rank,
  CASE WHEN b.rank > a.rank THEN b.source ELSE a.source END AS source,
  'computed: ' || i.first || CASE WHEN i.second_sign > 0 THEN ' + ' ELSE ' − ' END || i.second AS concept,
  'computed' AS derivation, CAST(NULL AS VARCHAR) AS minus_observation_id
)
FROM declared.identities i
JOIN own.rows a ON a.item = i.first
JOIN own.rows b ON b.item = i.second AND b.scope = a.scope AND b.company_id = a.company_id
  AND b.quarter_end = a.quarter_end AND b.span_start IS NOT DISTINCT FROM a.span_start
  AND b.currency = a.currency AND b.spans = a.spans
  AND own.shared(greatest(a.basis_from, b.basis_from), least(a.basis_until, b.basis_until))
WHERE i.position = $position AND NOT EXISTS (
  FROM own.rows r
  WHERE r.scope = a.scope AND r.company_id = a.company_id AND r.quarter_end = a.quarter_end AND r.spans = a.spans
    AND r.item = i.item
)
