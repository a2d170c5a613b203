-- Amounts with two that are no items: market value (the newest up to seven days before the quarter's end) and operating
-- profit after tax (at the effective rate of the same window; a loss bears no tax; a rate outside 0 to 100 % says nothing).
WITH market AS (
  SELECT r.company_id, r.quarter, r."window", r.period_end, max_by(p.market_cap_usd, p.date) AS value
  FROM own.reporters r
  LEFT JOIN own.prices p ON p.company_id = r.company_id AND p.market_cap_usd IS NOT NULL
    AND p.date BETWEEN r.period_end - 7 AND r.period_end
  WHERE r.segment = ''
  GROUP BY ALL
),
tax AS (
  SELECT r.company_id, r.segment, r.note, r.quarter, r."window", i.currency, i.period_end, i.value AS income,
    i.value_usd AS income_usd, t.value AS tax, p.value AS pretax,
    coalesce(
      own.why_missing(i.value, 'operating income', i.null_reason),
      own.why_missing(t.value, 'income tax', t.null_reason),
      own.why_missing(p.value, 'pretax income', p.null_reason)
    ) AS missing
  FROM own.reporters r
  LEFT JOIN (FROM own.dollars WHERE item = 'operating_income') i USING (company_id, segment, note, quarter, "window")
  LEFT JOIN (FROM own.dollars WHERE item = 'income_tax') t USING (company_id, segment, note, quarter, "window")
  LEFT JOIN (FROM own.dollars WHERE item = 'pretax_income') p USING (company_id, segment, note, quarter, "window")
),
kept AS (
  SELECT *, CASE
    WHEN missing IS NOT NULL THEN NULL
    WHEN income <= 0 THEN 1.0
    WHEN pretax > 0 AND tax / pretax BETWEEN 0 AND 1 THEN 1 - tax / pretax
  END AS part
  FROM tax
)
FROM own.dollars
UNION ALL BY NAME
SELECT company_id, '' AS segment, '' AS note, 'market_cap' AS item, quarter, "window", value,
  CASE WHEN value IS NOT NULL THEN 'USD' END AS currency, value AS value_usd, period_end,
  CASE WHEN value IS NULL THEN 'no market value' END AS null_reason
FROM market
UNION ALL BY NAME
SELECT company_id, segment, note, 'nopat' AS item, quarter, "window", income * part AS value, currency,
  income_usd * part AS value_usd, period_end,
  coalesce(missing, CASE WHEN part IS NULL THEN 'not meaningful: tax rate' END) AS null_reason
FROM kept
