-- Amounts by window, in reporting currency and dollars, of whole companies (segment '') and of segments, each segmentation
-- by itself. A balance is the last of its calendar quarter in both windows. A flow's quarter is the last fiscal quarter
-- of the label; its twelve months are that quarter and the three before, if each begins within seven days of the end of
-- the one before and all span 350 to 380 days, on one basis; else a whole year with that label. In dollars they are the sum of the
-- quarters' dollars. Where a window has no amount but the other has, the row is null with the reason.
WITH reported AS (
  SELECT company_id, '' AS segment, '' AS note, item, kind, calendar_quarter, period_start, period_end, value, currency,
    value_usd, basis_from, basis_until, derivation = 'year_only' AS whole_year
  FROM own.company_quarters JOIN declared.items USING (item) WHERE unit = 'currency'
  UNION ALL BY NAME
  SELECT company_id, segment, basis_note AS note, item, kind, calendar_quarter, period_start, period_end, value, currency,
    value_usd, derivation = 'year_only' AS whole_year
  FROM own.segment_quarters JOIN declared.items USING (item) WHERE unit = 'currency'
),
numbered AS (SELECT *, own.quarter_number(calendar_quarter) AS quarter FROM reported),
balances AS (
  FROM numbered WHERE kind = 'stock'
  QUALIFY row_number() OVER (PARTITION BY company_id, segment, note, item, quarter ORDER BY period_end DESC) = 1
),
years AS (
  FROM numbered WHERE kind = 'flow' AND whole_year
  QUALIFY row_number() OVER (PARTITION BY company_id, segment, note, item, quarter ORDER BY period_end DESC) = 1
),
four AS (
  SELECT *,
    abs(period_start - lag(period_end) OVER line - 1) <= 7 AS joined,
    period_end - lag(period_start, 3) OVER line + 1 AS days,
    min(currency) OVER last_four = max(currency) OVER last_four AS one_currency,
    sum(value) OVER last_four AS total,
    CASE WHEN count(value_usd) OVER last_four = 4 THEN sum(value_usd) OVER last_four END AS total_usd,
    max(basis_from) OVER last_four AS four_from, min(basis_until) OVER last_four AS four_until
  FROM numbered WHERE kind = 'flow' AND NOT whole_year
  WINDOW line AS (PARTITION BY company_id, segment, note, item ORDER BY period_end),
    last_four AS (
      PARTITION BY company_id, segment, note, item ORDER BY period_end ROWS BETWEEN 3 PRECEDING AND CURRENT ROW
    )
),
quarters AS (
  SELECT *, coalesce(
    days BETWEEN 350 AND 380 AND bool_and(joined) OVER (
      PARTITION BY company_id, segment, note, item ORDER BY period_end ROWS BETWEEN 2 PRECEDING AND CURRENT ROW
    ), false) AS is_year
  FROM four
  QUALIFY row_number() OVER (PARTITION BY company_id, segment, note, item, quarter ORDER BY period_end DESC) = 1
),
at_year AS (FROM years ANTI JOIN (FROM quarters WHERE is_year) USING (company_id, segment, note, item, quarter))
SELECT company_id, segment, note, item, quarter, "window", value, currency, value_usd, period_end, basis_from, basis_until,
  CAST(NULL AS VARCHAR) AS null_reason
FROM balances CROSS JOIN (VALUES ('quarter'), ('ttm')) windows("window")
UNION ALL BY NAME
SELECT company_id, segment, note, item, quarter, 'quarter' AS "window", value, currency, value_usd, period_end,
  basis_from, basis_until
FROM quarters
UNION ALL BY NAME
SELECT company_id, segment, note, item, quarter, 'quarter' AS "window", currency, period_end,
  'only the year is known' AS null_reason
FROM years ANTI JOIN quarters USING (company_id, segment, note, item, quarter)
UNION ALL BY NAME
SELECT company_id, segment, note, item, quarter, 'ttm' AS "window",
  CASE WHEN one_currency AND own.shared(four_from, four_until) THEN total END AS value, currency,
  CASE WHEN own.shared(four_from, four_until) THEN total_usd END AS value_usd, period_end,
  CASE WHEN own.shared(four_from, four_until) THEN four_from END AS basis_from,
  CASE WHEN own.shared(four_from, four_until) THEN four_until END AS basis_until,
  CASE WHEN NOT one_currency THEN 'currency changed'
    WHEN NOT own.shared(four_from, four_until) THEN 'restated within the twelve months' END AS null_reason
FROM quarters WHERE is_year
UNION ALL BY NAME
SELECT company_id, segment, note, item, quarter, 'ttm' AS "window", value, currency, value_usd, period_end,
  basis_from, basis_until
FROM at_year
UNION ALL BY NAME
SELECT company_id, segment, note, item, quarter, 'ttm' AS "window", currency, period_end,
  'not four contiguous quarters' AS null_reason
FROM quarters ANTI JOIN at_year USING (company_id, segment, note, item, quarter) WHERE NOT is_year
