-- Dollars of the items that are told of members, and of the two metrics that are told like items.
SELECT company_id, segment, quarter, "window", item, amount_usd, basis_from, basis_until
FROM own.known_dollars
WHERE item IN ('revenue', 'gross_profit', 'operating_income', 'net_income', 'operating_cash_flow', 'capex',
  'free_cash_flow', 'total_debt')
UNION ALL BY NAME
SELECT company_id, segment, quarter, "window", metric AS item, numerator_usd AS amount_usd FROM own.measures
WHERE metric IN ('net_debt', 'economic_profit') AND segment = '' AND numerator_usd IS NOT NULL
