-- marts.restatements.
SELECT company_id, item, source, concept, span_start + 1 AS period_start, quarter_end AS period_end, old_value, new_value,
  currency, CASE WHEN old_value <> 0 THEN new_value / old_value - 1 END AS change_ratio,
  said_until AS old_known_at, said_from AS known_at, old_observation_id, observation_id
FROM own.changes
