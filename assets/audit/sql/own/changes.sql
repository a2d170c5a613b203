-- Restatements: two statements of one figure, one after the other, more than 0.5 % of the larger apart.
SELECT company_id, item, source, tier, concept, currency, span_start, quarter_end,
  lag(value) OVER said AS old_value, value AS new_value,
  lag(known_at) OVER said AS said_until, known_at AS said_from,
  lag(observation_id) OVER said AS old_observation_id, observation_id
FROM own.vintages
WINDOW said AS (PARTITION BY company_id, item, source, tier, span_start, quarter_end ORDER BY known_at)
QUALIFY abs(new_value - old_value) > 0.005 * greatest(abs(new_value), abs(old_value))
