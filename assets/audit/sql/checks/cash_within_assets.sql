-- error: Cash is no more than total assets.
SELECT c.company_id, 'cash' AS item, CAST(c.period_end AS VARCHAR) AS period,
  'cash ' || c.value || ' of total assets ' || a.value AS message
FROM core.company_quarters c JOIN core.company_quarters a USING (company_id, period_end)
WHERE c.item = 'cash' AND a.item = 'total_assets' AND c.value > a.value
