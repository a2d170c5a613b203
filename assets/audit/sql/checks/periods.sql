-- error: A flow's quarter lasts 60 to 125 days and a whole year 350 to 380; a balance has no start; a quarter's label is the
-- calendar quarter that holds its midpoint (of a year or balance: the day 45 days before its end).
SELECT company_id, item, CAST(period_end AS VARCHAR) AS period,
  derivation || ' from ' || coalesce(CAST(period_start AS VARCHAR), 'no start') || ' to ' || period_end || ', labelled '
    || calendar_quarter AS message
FROM core.company_quarters JOIN declared.items USING (item)
WHERE (period_start IS NULL) <> (kind = 'stock')
  OR (derivation = 'year_only' AND period_end - period_start + 1 NOT BETWEEN 350 AND 380)
  OR (derivation <> 'year_only' AND period_end - period_start + 1 NOT BETWEEN 60 AND 125)
  OR calendar_quarter <> own.quarter_label(CASE
    WHEN derivation = 'year_only' OR period_start IS NULL THEN period_end - 45
    ELSE own.middle(period_start, period_end)
  END)
