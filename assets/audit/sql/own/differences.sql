-- Quarters as the difference of two year-to-date figures of one series, one fiscal year's start and one currency, one
-- quarter apart; `reason` says why a difference may not speak. Two figures share a basis if at some time both were being
-- stated, or if between them (after the one was last stated, up to the first statement of the other) no restatement of
-- the series begins, except one whose figure another restatement had followed since it was last stated in its old form;
-- and the times in which their bases were in force must overlap too.
WITH pairs AS (
  SELECT long.* EXCLUDE (value, span_start, known_at, confirmed_at, spans, basis_from, basis_until),
    greatest(long.basis_from, short.basis_from) AS basis_from, least(long.basis_until, short.basis_until) AS basis_until,
    long.spans AS long_spans, long.value - short.value AS value, short.quarter_end AS span_start,
    short.observation_id AS minus_observation_id,
    least(long.confirmed_at, short.confirmed_at) AS ended, greatest(long.known_at, short.known_at) AS began,
    greatest(long.confirmed_at, short.confirmed_at) AS confirmed_at
  FROM own.to_date long
  JOIN own.to_date short USING (company_id, item, source, tier, span_start, currency)
  WHERE long.spans = short.spans + 1
),
apart AS (
  SELECT DISTINCT p.observation_id, p.minus_observation_id
  FROM pairs p
  JOIN own.changes c USING (company_id, item, source, tier)
  WHERE c.said_from > p.ended AND c.said_from <= p.began
    AND NOT EXISTS (
      FROM own.changes e
      WHERE e.company_id = c.company_id AND e.item = c.item AND e.source = c.source AND e.tier = c.tier
        AND e.said_from > c.said_until AND e.said_from <= p.ended
    )
)
SELECT p.* EXCLUDE (ended, began, long_spans), p.began AS known_at, 1 AS spans,
  CASE WHEN p.long_spans = 4 THEN 'q4_from_year' ELSE 'decumulated' END AS derivation,
  CASE
    WHEN a.observation_id IS NOT NULL OR NOT own.shared(p.basis_from, p.basis_until)
      THEN 'the basis changed between the two year-to-date figures'
    WHEN p.value < 0 AND p.item IN ('revenue', 'capex', 'depreciation_amortization') THEN 'the difference is negative'
  END AS reason
FROM pairs p
LEFT JOIN apart a USING (observation_id, minus_observation_id)
