-- Reported segments by fiscal quarter and segmentation, before translation.
-- A figure is known 60 days after its quarter, 90 after its year, and so is a fourth quarter that others derived; what its
-- note says was recast in its own fiscal year, a year (365 days) later. The segmentation is the basis note without remarks
-- on single figures; revenue beside operating income of another basis stands in both. Of several figures of one
-- segmentation and period the exact before the retyped before the rounded, then by reference. A fourth quarter is the year less its three other quarters of the same segmentation. The stated
-- speaks before the derived, and of those ours before the source's.
WITH spans AS (
  SELECT s.*, m.fiscal_year_end_month AS month, own.quarters_in(s.period_end - s.period_start + 1) AS spans,
    regexp_replace(
      regexp_replace(
        regexp_replace(
          regexp_replace(s.basis_note, ';? ?fourth quarter derived upstream.*$', ''), ' \(FY\d+ as recast\)$', ''
        ), ';? ?FY\d+ operating income on the basis recast.*$', ''
      ), 'FY[\d-]+ (operating income on the basis first reported)$', '\1'
    ) AS note,
    TRY_CAST(coalesce(
      nullif(regexp_extract(s.basis_note, '\(FY(\d+) as recast\)$', 1), ''),
      CASE WHEN s.item = 'operating_income'
        THEN nullif(regexp_extract(s.basis_note, 'FY(\d+) operating income on the basis recast', 1), '') END
    ) AS INTEGER) AS recast
  FROM raw.segment_observations s JOIN core.companies m USING (company_id)
),
in_both AS (
  FROM spans
  UNION BY NAME
  SELECT * REPLACE (regexp_replace(note, ';? ?operating income on the basis first reported$', '') AS note)
  FROM spans WHERE item = 'revenue'
),
noted AS (
  SELECT * REPLACE (coalesce(nullif(note, ''), 'reportable segment') AS note), own.fiscal_year(period_end, month) AS fiscal_year,
    period_end + CASE WHEN spans = 1 AND NOT contains(basis_note, 'derived upstream') THEN 60 ELSE 90 END
      + CASE WHEN recast = own.fiscal_year(period_end, month) THEN 365 ELSE 0 END AS known_at,
    CASE WHEN contains(basis_note, 'derived upstream') THEN 'q4_from_year' ELSE 'reported' END AS derivation
  FROM in_both WHERE spans IN (1, 4)
),
heard AS (
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
    PARTITION BY company_id, segment, item, note, period_end ORDER BY derivation = 'reported' DESC, spans DESC
  ) = 1
)
SELECT * FROM known
UNION ALL BY NAME
SELECT y.* REPLACE ('year_only' AS derivation) FROM years y
ANTI JOIN known USING (company_id, segment, item, note, period_end)
