-- marts.coverage: for each member of a layer and each item, how many quarters of the membership (a listed company's begins
-- with its listing, all from 2015Q1 to the newest quarter of any figure) are known, from whom, and why none is.
WITH newest AS (
  SELECT own.quarter_number(max(calendar_quarter)) AS quarter FROM (
    SELECT calendar_quarter FROM own.company_quarters UNION ALL SELECT calendar_quarter FROM own.segment_quarters
  )
),
spans AS (
  SELECT m.*, c.status AS company_status,
    greatest(own.number_of(coalesce(greatest(m.valid_from, c.listed_from), DATE '2015-01-01')), own.quarter_number('2015Q1')) AS first,
    least(
      coalesce(own.number_of(least(m.valid_to, c.listed_to) + 1) - 1, newest.quarter), newest.quarter
    ) AS last
  FROM core.memberships m
  LEFT JOIN core.companies c USING (company_id)
  CROSS JOIN newest
),
members AS (
  SELECT lens, layer, member_id,
    max_by(struct_pack(company_id, member_name, measure, company_status, segment), coalesce(valid_from, DATE '0001-01-01')) AS s,
    min(first) AS first, max(last) AS last
  FROM spans GROUP BY ALL
),
told AS (
  SELECT m.lens, m.layer, m.member_id, m.first, m.last, s.company_id, s.member_name, s.measure, s.company_status,
    coalesce(c.status, 'unknown') AS status,
    CASE s.measure WHEN 'segment' THEN s.segment WHEN 'whole' THEN '' END AS segment
  FROM members m LEFT JOIN core.companies c ON c.company_id = m.member_id
),
known AS (
  SELECT company_id, '' AS segment, item, own.quarter_number(calendar_quarter) AS quarter, CASE
      WHEN derivation = 'year_only' THEN 'year_only'
      WHEN source NOT IN ('sec', 'sec_derived') THEN 'aggregated'
      WHEN source = 'sec' AND derivation = 'reported' THEN 'reported'
      ELSE 'derived'
    END AS origin
  FROM own.company_quarters
  UNION ALL
  SELECT DISTINCT company_id, segment, item, own.quarter_number(calendar_quarter),
    CASE derivation WHEN 'year_only' THEN 'year_only' WHEN 'reported' THEN 'reported' ELSE 'derived' END
  FROM own.segment_quarters
),
counts AS (
  SELECT t.lens, t.layer, t.member_id, k.item, min(k.quarter) AS first_known, max(k.quarter) AS last_known,
    count(*) FILTER (origin = 'reported') AS n_reported, count(*) FILTER (origin = 'derived') AS n_derived,
    count(*) FILTER (origin = 'aggregated') AS n_aggregated, count(*) FILTER (origin = 'year_only') AS n_year_only,
    count(DISTINCT k.quarter) FILTER (origin <> 'year_only') AS n_known
  FROM told t JOIN known k ON k.company_id = t.company_id AND k.segment = t.segment AND k.quarter BETWEEN t.first AND t.last
  GROUP BY ALL
)
SELECT t.lens, t.layer, t.company_id, t.member_id, t.member_name, t.measure, t.status, i.item,
  own.number_label(c.first_known) AS first_quarter, own.number_label(c.last_known) AS last_quarter,
  coalesce(n_reported, 0) AS n_reported, coalesce(n_derived, 0) AS n_derived, coalesce(n_aggregated, 0) AS n_aggregated,
  coalesce(n_year_only, 0) AS n_year_only, greatest(t.last - t.first + 1, 0) - coalesce(n_known, 0) AS n_missing,
  CASE
    WHEN c.first_known IS NOT NULL THEN NULL
    WHEN t.measure = 'dark' THEN coalesce(own.silent(t.status), 'part of a company that reports nothing for it')
    WHEN own.silent(t.company_status) IS NOT NULL THEN own.silent(t.company_status)
    WHEN t.measure = 'segment' AND i.item NOT IN ('revenue', 'operating_income') THEN 'not reported by segment'
    ELSE 'in no source'
  END AS reason
FROM told t
CROSS JOIN declared.items i
LEFT JOIN counts c ON c.lens = t.lens AND c.layer = t.layer AND c.member_id = t.member_id AND c.item = i.item
