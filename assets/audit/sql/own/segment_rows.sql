-- Reported segments by fiscal quarter, before translation.
-- A figure is known 60 days after its quarter, 90 after its year, and so is a fourth quarter that others derived. The
-- segmentation is the basis note without remarks on single figures; of several figures of one segmentation and period the
-- exact before the retyped before the rounded, then by reference. A fourth quarter is the year less its three other
-- quarters of the same segmentation. Where segmentations meet, the one that reaches furthest speaks (by what is known on
-- the day), then the stated before the derived, and of those ours before the source's.
WITH spans AS (
  SELECT s.*, m.fiscal_year_end_month AS month, own.quarters_in(s.period_end - s.period_start + 1) AS spans,
    regexp_replace(
      regexp_replace(s.basis_note, ';? ?fourth quarter derived upstream.*$', ''), ' \(FY\d+ as recast\)$', ''
    ) AS note
  FROM raw.segment_observations s JOIN core.companies m USING (company_id)
),
noted AS (
  SELECT * REPLACE (
    coalesce(nullif(
      CASE WHEN item = 'revenue' THEN regexp_replace(note, ';? ?FY[\d-]+ operating income on the basis.*$', '')
        ELSE note END, ''), 'reportable segment') AS note
  ), period_end + CASE WHEN spans = 1 AND NOT contains(basis_note, 'derived upstream') THEN 60 ELSE 90 END AS known_at,
    own.fiscal_year(period_end, month) AS fiscal_year,
    CASE WHEN contains(basis_note, 'derived upstream') THEN 'q4_from_year' ELSE 'reported' END AS derivation
  FROM spans WHERE spans IN (1, 4)
),
heard AS (
  SELECT *, max(period_end) OVER (PARTITION BY company_id, segment, item, note) AS reach
  FROM noted
  WHERE own.is_known(known_at)
  QUALIFY row_number() OVER (
    PARTITION BY company_id, segment, item, note, period_end, spans
    ORDER BY list_position(['exact', 'retyped', 'rounded'], quality), reference, period_start, basis_note
  ) = 1
),
years AS (FROM heard WHERE spans = 4 AND own.is_year_end(period_end, month)),
thirds AS (
  SELECT y.company_id, y.segment, y.item, y.note, y.fiscal_year, sum(q.value) AS total, max(q.period_end) AS last_end,
    max(q.known_at) AS known_at
  FROM years y JOIN heard q USING (company_id, segment, item, note, fiscal_year)
  WHERE q.spans = 1 AND q.period_end < y.period_end - 10
  GROUP BY ALL HAVING count(*) = 3
),
quarters AS (
  SELECT * FROM heard WHERE spans = 1
  UNION ALL BY NAME
  SELECT y.* REPLACE (
    y.value - t.total AS value, t.last_end + 1 AS period_start, greatest(y.known_at, t.known_at) AS known_at,
    'q4_from_year' AS derivation
  )
  FROM years y JOIN thirds t USING (company_id, segment, item, note, fiscal_year)
),
known AS (
  FROM quarters
  QUALIFY row_number() OVER (
    PARTITION BY company_id, segment, item, period_end
    ORDER BY reach DESC, derivation = 'reported' DESC, spans DESC, note
  ) = 1
)
SELECT * FROM known
UNION ALL BY NAME
SELECT y.* REPLACE ('year_only' AS derivation) FROM years y
ANTI JOIN known USING (company_id, segment, item, period_end)
QUALIFY row_number() OVER (PARTITION BY company_id, segment, item, period_end ORDER BY reach DESC, note) = 1
