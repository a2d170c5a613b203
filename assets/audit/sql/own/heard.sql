-- Observations that may speak: their label means an item at that company, the amount is in the currency it reported in
-- at that time (share counts in shares), the shape fits the item (a balance has no start), it was not known before its period ended, it is
-- not of an earlier business, and nobody has put it in quarantine.
SELECT
  o.observation_id, o.company_id, o.source, s.rank, o.concept, c.item, i.kind, c.tier, c.label_order,
  o.period_start, o.period_end, o.unit AS currency, o.value * c.sign AS value, o.known_at,
  CASE
    WHEN o.period_end <= m.former_until THEN coalesce(m.former_fiscal_year_end_month, m.fiscal_year_end_month)
    WHEN m.former_fiscal_year_end_month <> m.fiscal_year_end_month AND last_day(make_date(
      own.fiscal_year(o.period_end, m.fiscal_year_end_month) - 1, m.fiscal_year_end_month, 1
    )) < m.former_until - 10 THEN NULL
    ELSE m.fiscal_year_end_month
  END AS month
FROM raw.observations o
JOIN declared.concepts c ON c.concept = o.concept
JOIN declared.items i ON i.item = c.item
JOIN declared.sources s ON s.source = o.source
JOIN core.companies m ON m.company_id = o.company_id
WHERE own.is_known(o.known_at)
  AND m.currency IS NOT NULL
  AND o.unit = CASE WHEN i.unit = 'shares' THEN 'shares' 
    WHEN o.period_end <= m.former_until THEN coalesce(m.former_currency, m.currency) ELSE m.currency END
  AND (o.period_start IS NULL) = (i.kind = 'stock')
  AND o.period_end <= o.known_at
  AND (m.history_from IS NULL OR o.period_end >= m.history_from)
  AND NOT EXISTS (FROM declared.misnomers x WHERE x.company_id = o.company_id AND x.concept = o.concept)
  AND NOT EXISTS (
    FROM declared.quarantine q
    WHERE q.company_id = o.company_id AND q.concept = o.concept AND q.period_end = o.period_end AND q.value = o.value
      AND q.period_start IS NOT DISTINCT FROM o.period_start AND q.reference = o.reference
  )
