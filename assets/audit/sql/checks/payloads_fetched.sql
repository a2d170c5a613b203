-- error: Every observation came in a payload that was fetched.
SELECT o.company_id, NULL AS item, NULL AS period,
  count(*) || ' observations of payload ' || o.payload_sha256[1:12] || ', which raw.fetches does not list' AS message
FROM raw.observations o
WHERE NOT EXISTS (FROM raw.fetches f WHERE f.payload_sha256 = o.payload_sha256)
GROUP BY o.company_id, o.payload_sha256
