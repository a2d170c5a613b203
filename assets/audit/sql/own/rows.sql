-- What the statements hold before the identities: the quarters that stand, and the years.
SELECT 'quarters' AS scope, * EXCLUDE (confirmed_at) FROM own.closed
UNION ALL BY NAME
SELECT 'years' AS scope, * FROM own.whole_years
