-- Figures that cannot be (error) or are odd (warning); the rules are in the docstring of analytics/sanity.py.
WITH
beside AS (
  SELECT *, lag(value) OVER line AS before, lead(value) OVER line AS after,
    quarter_end - lag(quarter_end) OVER line AS since, lead(quarter_end) OVER line - quarter_end AS until,
    CASE item WHEN 'revenue' THEN 6 WHEN 'cost_of_revenue' THEN 12 WHEN 'total_assets' THEN 5 WHEN 'net_ppe' THEN 8
      WHEN 'diluted_shares' THEN 60 END AS spike
  FROM own.spoken
  WINDOW line AS (PARTITION BY company_id, item, currency ORDER BY quarter_end)
),
same_day AS (
  SELECT company_id, quarter_end,
    max(value) FILTER (item = 'cash') AS cash, max(value) FILTER (item = 'total_assets') AS assets,
    max(value) FILTER (item = 'revenue') AS revenue, max(value) FILTER (item = 'cost_of_revenue') AS cost
  FROM own.spoken GROUP BY ALL
),
found AS (
  SELECT observation_id, company_id, item, quarter_end, 'negative' AS rule, 'error' AS severity
  FROM own.spoken
  WHERE value < 0 AND item IN (
    'revenue', 'capex', 'cash', 'short_term_investments', 'current_debt', 'long_term_debt', 'total_debt_ex_leases',
    'lease_liabilities', 'total_debt', 'total_assets', 'net_ppe', 'inventory', 'shares_outstanding', 'diluted_shares'
  )
  UNION ALL
  SELECT observation_id, company_id, item, quarter_end, 'alone among its neighbours', 'error'
  FROM beside
  WHERE least(before, value, after) > 0 AND before IS NOT NULL AND after IS NOT NULL
    AND since BETWEEN 60 AND 200 AND until BETWEEN 60 AND 200
    AND (value > spike * greatest(before, after) OR value * spike < least(before, after))
  UNION ALL
  SELECT observation_id, company_id, item, quarter_end, 'scale jump', 'error'
  FROM beside
  WHERE spike IS NOT NULL AND before > 0 AND value > 0 AND after IS NULL AND since BETWEEN 60 AND 200
    AND (value > 500 * before OR before > 500 * value)
  UNION ALL
  SELECT q.observation_id, q.company_id, q.item, q.quarter_end, 'larger than its year', 'error'
  FROM own.spoken q JOIN own.whole_years y USING (company_id, item, fiscal_year)
  WHERE q.item = 'revenue' AND q.value > 1.001 * y.value
  UNION ALL
  SELECT observation_id, company_id, item, quarter_end, 'repeats the quarter before', 'error'
  FROM beside
  WHERE value = before AND value <> 0
    AND item IN ('revenue', 'net_income', 'operating_income', 'operating_cash_flow')
  QUALIFY count(*) OVER (PARTITION BY company_id, quarter_end) >= 2
  UNION ALL
  SELECT q.observation_id, q.company_id, q.item, q.quarter_end, 'cash above total assets', 'error'
  FROM own.spoken q JOIN same_day d USING (company_id, quarter_end)
  WHERE q.item IN ('cash', 'total_assets') AND d.cash > d.assets
  UNION ALL
  SELECT q.observation_id, q.company_id, q.item, q.quarter_end, 'gross profit is not revenue less cost', 'warning'
  FROM own.spoken q JOIN same_day d USING (company_id, quarter_end)
  WHERE q.item = 'gross_profit' AND abs(q.value - (d.revenue - d.cost)) > 0.005 * abs(d.revenue)
  UNION ALL
  SELECT q.observation_id, q.company_id, q.item, q.quarter_end, 'operating margin outside −20 to 1', 'warning'
  FROM own.spoken q JOIN same_day d USING (company_id, quarter_end)
  WHERE q.item = 'operating_income' AND d.revenue > 0 AND q.value / d.revenue NOT BETWEEN -20 AND 1
)
SELECT DISTINCT f.company_id, f.item, f.quarter_end AS period_end, f.rule, f.severity, q.value, q.currency, q.source, q.observation_id
FROM found f JOIN own.spoken q USING (company_id, item, quarter_end)
