-- error: Four quarters of a flow sum to their year, to four rounding units (a million or a thousand, as the year is stated),
-- to eight where the year or a quarter is computed from other items.
SELECT y.company_id, y.item, CAST(y.period_end AS VARCHAR) AS period,
  'the quarters of fiscal ' || y.fiscal_year || ' sum to ' || sum(q.value) || ', the year is ' || y.value AS message
FROM core.company_years y
JOIN core.company_quarters q ON q.company_id = y.company_id AND q.item = y.item AND q.derivation <> 'year_only'
  AND q.period_start >= y.period_start AND q.period_end <= y.period_end
JOIN declared.items i ON i.item = y.item AND i.kind = 'flow'
GROUP BY y.company_id, y.item, y.period_end, y.fiscal_year, y.value, y.concept
HAVING count(*) = 4 AND abs(sum(q.value) - y.value) > own.rounding_unit(y.value)
  * CASE WHEN starts_with(y.concept, 'computed: ') OR bool_or(q.derivation = 'computed') THEN 8 ELSE 4 END
