-- Fourth quarters whose four quarters miss the stated year by more than four rounding units of that year.
SELECT y.company_id, y.item, y.quarter_end
FROM own.whole_years y
JOIN (
  SELECT company_id, item, fiscal_year, sum(value) AS total, max(quarter_end) AS quarter_end
  FROM own.sound WHERE kind = 'flow'
  GROUP BY company_id, item, fiscal_year HAVING count(*) = 4
) q USING (company_id, item, fiscal_year, quarter_end)
WHERE abs(q.total - y.value) > 4 * own.rounding_unit(y.value)
