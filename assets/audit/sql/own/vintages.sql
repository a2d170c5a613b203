-- What each series (source and tier of labels of one item) said of a period on a day: one figure. Where it said two, the
-- context nearest the grid, then the first label of the list, then the first id.
SELECT *
FROM own.placed
QUALIFY row_number() OVER (
  PARTITION BY company_id, item, source, tier, span_start, quarter_end, known_at
  ORDER BY moved, label_order, observation_id
) = 1
