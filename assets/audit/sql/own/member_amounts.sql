-- marts.member_amounts: the dollars of every measured member that are known.
WITH known AS (
  SELECT company_id, segment, quarter, "window", item, amount_usd FROM own.known_dollars
  WHERE item IN ('revenue', 'gross_profit', 'operating_income', 'net_income', 'operating_cash_flow', 'capex',
    'free_cash_flow', 'total_debt')
  UNION ALL
  SELECT company_id, segment, quarter, "window", metric, numerator_usd FROM own.measures
  WHERE metric IN ('net_debt', 'economic_profit') AND segment = '' AND numerator_usd IS NOT NULL
)
SELECT m.lens, m.layer, m.basis, m.member_id, m.company_id, own.number_label(m.quarter) AS calendar_quarter,
  k."window", k.item, k.amount_usd
FROM own.members m JOIN known k USING (company_id, segment, quarter)
WHERE m.measurable
