-- core.segment_quarters.
SELECT s.company_id, s.segment, s.item, s.period_start, s.period_end,
  own.quarter_label(CASE WHEN s.derivation = 'year_only' THEN s.period_end - 45
    ELSE own.middle(s.period_start, s.period_end) END) AS calendar_quarter,
  s.value, s.unit AS currency, s.value * r.rate AS value_usd, s.derivation, s.note AS basis_note,
  s.reference AS source, s.known_at
FROM own.segment_rows s
LEFT JOIN own.rates r ON r.currency = s.unit AND r.period_start = s.period_start AND r.period_end = s.period_end
