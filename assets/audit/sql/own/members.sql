-- Who belongs to each layer on the last day of each calendar quarter since 2015, between the dates of the membership and,
-- where the company that is measured is listed, of its listing. Layer basis: all members, measured whole or by their
-- segment unless dark. Consolidated basis: listed companies whole, in their primary layer, under their own id; one that
-- is dark there counts unmeasured.
WITH quarters AS (
  SELECT unnest(generate_series(own.quarter_number('2015Q1'), own.quarter_number((
    SELECT max(calendar_quarter) FROM (
      SELECT calendar_quarter FROM own.company_quarters UNION ALL SELECT calendar_quarter FROM own.segment_quarters
    )
  )))) AS quarter
),
days AS (
  SELECT quarter, last_day(make_date(quarter // 4, quarter % 4 * 3 + 3, 1)) AS day FROM quarters
),
present AS (
  SELECT m.*, d.quarter, coalesce(c.status IN ('listed', 'delisted'), false) AS listed
  FROM core.memberships m
  LEFT JOIN core.companies c USING (company_id)
  JOIN days d ON d.day BETWEEN coalesce(m.valid_from, d.day) AND coalesce(m.valid_to, d.day)
    AND d.day BETWEEN coalesce(c.listed_from, d.day) AND coalesce(c.listed_to, d.day)
)
SELECT lens, layer, 'layer' AS basis, quarter, member_id, company_id,
  CASE WHEN measure = 'segment' THEN segment ELSE '' END AS segment, measure <> 'dark' AS measurable, listed
FROM present
UNION ALL BY NAME
SELECT lens, layer, 'consolidated' AS basis, quarter, company_id AS member_id, company_id, '' AS segment,
  bool_or(measure <> 'dark') AS measurable, true AS listed
FROM present WHERE listed AND primary_layer
GROUP BY ALL
