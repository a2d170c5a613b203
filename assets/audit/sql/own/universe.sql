-- marts.universe: every dollar of a company that is listed on the quarter's last day, by what a lens makes of it: placed in
-- a layer, left over of a company of which a segment is placed, or not placed.
WITH record AS (
  SELECT own.quarter_number(max(calendar_quarter)) AS newest FROM (
    SELECT calendar_quarter FROM own.company_quarters UNION ALL SELECT calendar_quarter FROM own.segment_quarters
  )
),
amounts AS (
  SELECT company_id, quarter, "window", item, amount_usd FROM own.known_dollars
  WHERE segment = '' AND item IN (
    'gross_profit', 'operating_income', 'net_income', 'free_cash_flow', 'operating_cash_flow', 'capex', 'total_debt'
  )
  UNION ALL
  SELECT company_id, quarter, "window", metric, numerator_usd FROM own.measures
  WHERE metric = 'economic_profit' AND segment = '' AND numerator_usd IS NOT NULL
),
known AS (
  SELECT a.* FROM amounts a JOIN core.companies c USING (company_id), record
  WHERE c.status IN ('listed', 'delisted') AND quarter BETWEEN own.quarter_number('2015Q1') AND newest
    AND last_day(make_date(quarter // 4, quarter % 4 * 3 + 3, 1))
      BETWEEN coalesce(c.listed_from, DATE '0001-01-01') AND coalesce(c.listed_to, DATE '9999-12-31')
),
placed AS (
  SELECT lens, basis, company_id, own.quarter_number(calendar_quarter) AS quarter, "window", item, sum(amount_usd) AS usd
  FROM own.member_amounts GROUP BY ALL
)
SELECT l.lens, b.basis, k."window", k.item, own.number_label(k.quarter) AS calendar_quarter,
  coalesce(sum(p.usd), 0) AS placed_usd,
  coalesce(sum(k.amount_usd - p.usd), 0) AS remainder_usd,
  coalesce(sum(k.amount_usd) FILTER (p.usd IS NULL), 0) AS unplaced_usd,
  sum(k.amount_usd) AS total_usd, sum(k.amount_usd) AS listed_usd, count(*) AS n_companies, count(p.usd) AS n_placed
FROM known k
CROSS JOIN core.lenses l
CROSS JOIN (VALUES ('layer'), ('consolidated')) b(basis)
LEFT JOIN placed p ON p.lens = l.lens AND p.basis = b.basis AND p.company_id = k.company_id AND p.quarter = k.quarter
  AND p."window" = k."window" AND p.item = k.item
GROUP BY ALL
