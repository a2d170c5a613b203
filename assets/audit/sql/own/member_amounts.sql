-- marts.member_amounts: the dollars of every measured member that are known.
SELECT m.lens, m.layer, m.basis, m.member_id, m.company_id, own.number_label(m.quarter) AS calendar_quarter,
  k."window", k.item, k.amount_usd, k.basis_from, k.basis_until
FROM own.members m JOIN own.known_items k USING (company_id, segment, quarter)
WHERE m.measurable
