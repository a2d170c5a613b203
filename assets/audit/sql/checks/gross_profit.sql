-- warning: Gross profit is revenue less cost of revenue, to half a per cent of revenue.
SELECT g.company_id, 'gross_profit' AS item, CAST(g.period_end AS VARCHAR) AS period,
  g.value || ', but revenue ' || r.value || ' less cost ' || c.value AS message
FROM core.company_quarters g
JOIN core.company_quarters r USING (company_id, period_start, period_end)
JOIN core.company_quarters c USING (company_id, period_start, period_end)
WHERE g.item = 'gross_profit' AND r.item = 'revenue' AND c.item = 'cost_of_revenue'
  AND abs(g.value - (r.value - c.value)) > 0.005 * abs(r.value)
