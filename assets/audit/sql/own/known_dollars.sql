-- Dollars by company or segment, quarter, window and item; of overlapping segmentations of one segment the one that knows
-- the figure, then the one that reaches furthest, then the last by name.
SELECT company_id, segment, quarter, "window", item, value_usd AS amount_usd, basis_from, basis_until
FROM (SELECT *, max(quarter) OVER (PARTITION BY company_id, segment, note) AS reach FROM own.dollars)
WHERE value_usd IS NOT NULL
QUALIFY row_number() OVER (
  PARTITION BY company_id, segment, quarter, "window", item ORDER BY reach DESC, note DESC
) = 1
