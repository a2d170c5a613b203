-- error: A reported figure is what its observation says, of a period that starts and ends within ten days of it (a cover
-- page's share count: up to 100 days later). A difference is that of its two observations, unless three quarters stand for
-- nine months.
WITH read AS (
  SELECT q.*, o.value * c.sign AS said, o.period_start AS said_start, o.period_end AS said_end, o.source AS said_by,
    own.is_cover(o.concept) AS cover, m.value * d.sign AS less, m.period_start AS less_start,
    own.quarters_in(o.period_end - o.period_start + 1) - own.quarters_in(m.period_end - m.period_start + 1) AS steps
  FROM core.company_quarters q
  JOIN raw.observations o ON o.observation_id = q.observation_id
  JOIN declared.concepts c ON c.concept = o.concept
  LEFT JOIN raw.observations m ON m.observation_id = q.minus_observation_id
  LEFT JOIN declared.concepts d ON d.concept = m.concept
)
SELECT company_id, item, CAST(period_end AS VARCHAR) AS period,
  derivation || ': ' || value || ' for ' || coalesce(period_start || ' to ', '') || period_end || '; ' || said_by || ' says '
    || said || coalesce(' less ' || less, '') || ' for ' || coalesce(said_start || ' to ', '') || said_end AS message
FROM read
WHERE source <> said_by AND derivation IN ('reported', 'q4_from_year', 'decumulated')
  OR derivation = 'reported' AND (
    value <> said OR minus_observation_id IS NOT NULL OR (period_start IS NULL) <> (said_start IS NULL)
    OR abs(period_start - said_start) > 10
    OR CASE WHEN cover THEN said_end - period_end NOT BETWEEN 0 AND 100 ELSE abs(period_end - said_end) > 10 END
  )
  OR derivation IN ('q4_from_year', 'decumulated') AND (
    less IS NULL OR abs(period_end - said_end) > 10 OR (steps = 1 AND value <> said - less)
  )
