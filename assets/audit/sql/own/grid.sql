-- Where a company's fiscal quarters end: the days on which spans of one to four quarters end, or before which they start.
-- Days no more than ten apart from the next are one end. It is named by the day of the best source among them, of those
-- by the one most used (by any source), of those by the earliest; a day more than ten days from that name is no end.
WITH days AS (
  SELECT company_id, day, min(rank) AS rank, count(*) AS uses
  FROM (
    SELECT company_id, rank, unnest([period_end, period_start - 1]) AS day
    FROM own.heard
    WHERE own.quarters_in(period_end - period_start + 1) IS NOT NULL
  )
  GROUP BY company_id, day
),
marked AS (
  SELECT *, coalesce(day - lag(day) OVER (PARTITION BY company_id ORDER BY day) > 10, true) AS begins FROM days
),
grouped AS (
  SELECT *, count(*) FILTER (begins) OVER (PARTITION BY company_id ORDER BY day) AS place FROM marked
)
SELECT company_id, day,
  first_value(day) OVER (PARTITION BY company_id, place ORDER BY rank, uses DESC, day) AS quarter_end
FROM grouped
QUALIFY abs(day - quarter_end) <= 10
