-- US dollars for one unit of each currency and period: for a balance the newest rate up to seven days old, for a flow the
-- mean of the daily rates within the period, if rates were quoted within seven days to its end and to the day before it.
WITH periods AS (
  SELECT DISTINCT currency, span_start + 1 AS period_start, quarter_end AS period_end FROM own.complete
  UNION
  SELECT DISTINCT unit, period_start, period_end FROM own.segment_rows
),
foreign_periods AS (FROM periods WHERE currency IN (SELECT currency FROM own.fx_rates) AND currency <> 'USD')
SELECT currency, period_start, period_end, 1.0 AS rate FROM periods WHERE currency = 'USD'
UNION ALL BY NAME
SELECT p.currency, p.period_start, p.period_end, max_by(r.usd_per_unit, r.date) AS rate
FROM foreign_periods p JOIN own.fx_rates r ON r.currency = p.currency AND r.date BETWEEN p.period_end - 7 AND p.period_end
WHERE p.period_start IS NULL
GROUP BY ALL
UNION ALL BY NAME
SELECT p.currency, p.period_start, p.period_end, avg(r.usd_per_unit) FILTER (r.date >= p.period_start) AS rate
FROM foreign_periods p
JOIN own.fx_rates r ON r.currency = p.currency AND r.date BETWEEN p.period_start - 8 AND p.period_end
GROUP BY ALL
HAVING count(*) FILTER (r.date < p.period_start) > 0 AND count(*) FILTER (r.date >= p.period_end - 7) > 0
