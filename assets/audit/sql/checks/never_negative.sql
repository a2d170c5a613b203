-- error: What cannot be negative is not.
SELECT company_id, item, CAST(period_end AS VARCHAR) AS period, value || ' ' || currency AS message
FROM core.company_quarters
WHERE value < 0 AND item IN (
  'revenue', 'capex', 'cash', 'short_term_investments', 'current_debt', 'long_term_debt', 'total_debt_ex_leases',
  'lease_liabilities', 'total_debt', 'total_assets', 'net_ppe', 'inventory', 'shares_outstanding', 'diluted_shares'
)
