-- How far back a change of basis leaves a series (a tier of filings) as it was: to the newest end of a whole year, older than
-- what is restated, of which filings before and since say the same to 0.5 %; for ever where they do so of a period around
-- what is restated.
WITH pairs AS (
  SELECT v.company_id, v.item, v.tier, b.begins, v.quarter_end,
    v.span_start <= b.first_start AND v.quarter_end >= b.first_end AS around,
    max_by(v.value, v.known_at) FILTER (v.known_at < b.begins) AS old_value,
    min_by(v.value, v.known_at) FILTER (v.known_at >= b.begins) AS new_value
  FROM own.vintages v JOIN own.basis_changes b USING (company_id, item)
  WHERE v.source = 'sec'
    AND (v.span_start <= b.first_start AND v.quarter_end >= b.first_end OR v.spans = 4 AND v.quarter_end <= b.first_start)
  GROUP BY v.company_id, v.item, v.tier, b.begins, v.span_start, v.quarter_end, around
)
SELECT company_id, item, tier, begins, bool_or(around) AS for_ever, max(quarter_end) AS reach
FROM pairs
WHERE abs(new_value - old_value) <= 0.005 * greatest(abs(new_value), abs(old_value))
GROUP BY ALL
