-- The quarters that stand: sound, and not the fourth of a year that does not close.
FROM own.sound q
WHERE NOT EXISTS (
  FROM own.open_years o WHERE o.company_id = q.company_id AND o.item = q.item AND o.quarter_end = q.quarter_end
)
