-- Days from which a filer stated a flow on another basis: a filing says of a period more than 2 % (of the larger) else than
-- the last before, under its own label or, where that one is silent since, under another tier's. It is the same change as
-- one between that last statement and this, which another period told first. first_start and first_end are of the oldest
-- period restated that day, of those that end then the shortest.
WITH spoken AS (
  SELECT company_id, item, tier, span_start, quarter_end, min(known_at) AS first_said, max(known_at) AS last_said,
    min_by(value, known_at) AS first_value, max_by(value, known_at) AS last_value
  FROM own.vintages WHERE source = 'sec' AND kind = 'flow'
  GROUP BY ALL
),
restated AS (
  SELECT c.company_id, c.item, c.span_start, c.quarter_end, c.old_value, c.new_value, c.said_until, c.said_from
  FROM own.changes c JOIN declared.items i USING (item) WHERE c.source = 'sec' AND i.kind = 'flow'
  UNION ALL
  SELECT a.company_id, a.item, a.span_start, a.quarter_end, a.last_value, b.first_value, a.last_said, b.first_said
  FROM spoken a JOIN spoken b USING (company_id, item, span_start, quarter_end)
  WHERE a.tier <> b.tier AND a.last_said < b.first_said
),
large AS (FROM restated WHERE abs(new_value - old_value) > 0.02 * greatest(abs(new_value), abs(old_value))),
anew AS (
  SELECT DISTINCT company_id, item, said_from FROM large l
  WHERE NOT EXISTS (
    FROM large e
    WHERE e.company_id = l.company_id AND e.item = l.item AND e.said_from > l.said_until AND e.said_from < l.said_from
  )
)
SELECT company_id, item, said_from AS begins, span_start AS first_start, quarter_end AS first_end
FROM large SEMI JOIN anew USING (company_id, item, said_from)
QUALIFY row_number() OVER (PARTITION BY company_id, item, said_from ORDER BY quarter_end, span_start DESC) = 1
