-- error: Amounts are in the company's reporting currency, share counts in shares.
SELECT q.company_id, q.item, CAST(q.period_end AS VARCHAR) AS period,
  'in ' || q.currency || ', the company reports in ' || coalesce(c.currency, 'none') AS message
FROM (
  SELECT company_id, item, period_end, currency FROM core.company_quarters
  UNION ALL SELECT company_id, item, period_end, currency FROM core.company_years
) q
JOIN declared.items i USING (item)
LEFT JOIN core.companies c USING (company_id)
WHERE q.currency IS DISTINCT FROM CASE WHEN i.unit = 'shares' THEN 'shares' ELSE c.currency END
