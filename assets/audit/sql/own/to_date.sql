-- Year-to-date figures of flows: stated spans that begin where a fiscal year ended; and where a series states neither nine
-- months nor four quarters of a fiscal year, but three quarters that follow each other from its start, their sum. It is
-- known with the last of the three and counts as being stated until the first of them was last stated; its observation is
-- the third's.
WITH stated AS (FROM own.standing WHERE kind = 'flow' AND own.is_year_end(span_start, month)),
quarters AS (
  SELECT *, count(*) OVER (PARTITION BY company_id, item, source, tier, fiscal_year) AS in_year
  FROM own.standing WHERE kind = 'flow' AND spans = 1
),
nine AS (
  SELECT c.* EXCLUDE (in_year) REPLACE (
    a.span_start AS span_start, 3 AS spans, a.value + b.value + c.value AS value,
    greatest(a.known_at, b.known_at, c.known_at) AS known_at,
    least(a.confirmed_at, b.confirmed_at, c.confirmed_at) AS confirmed_at,
    greatest(a.basis_from, b.basis_from, c.basis_from) AS basis_from,
    least(a.basis_until, b.basis_until, c.basis_until) AS basis_until
  )
  FROM quarters a
  JOIN quarters b USING (company_id, item, source, tier, fiscal_year, currency)
  JOIN quarters c USING (company_id, item, source, tier, fiscal_year, currency)
  WHERE a.in_year = 3 AND own.is_year_end(a.span_start, a.month)
    AND b.span_start = a.quarter_end AND c.span_start = b.quarter_end
    AND NOT EXISTS (
      FROM stated n
      WHERE n.company_id = a.company_id AND n.item = a.item AND n.source = a.source AND n.tier = a.tier
        AND n.fiscal_year = a.fiscal_year AND n.spans = 3
    )
)
FROM stated UNION ALL BY NAME FROM nine
