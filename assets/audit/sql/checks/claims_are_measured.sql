-- error: What a claim is judged by stands in marts.layer_metrics or marts.value_capture; a comparison is supported where it
-- holds against every layer and contradicted where it holds against none; the newest verdict of its history is its own, and
-- flips are where that changed.
WITH read_ AS (
  SELECT r.*, c.metric, c."window" AS w, c.test
  FROM marts.claim_readings r JOIN marts.claims c USING (lens, claim_id)
  WHERE r.reading = 'headline'
),
stated AS (
  SELECT r.lens, r.claim_id, r.calendar_quarter,
    r.layer || ' is ' || r.value || ', the layer has ' || coalesce(CAST(coalesce(m.value, v.share_of_positive) AS VARCHAR), 'nothing')
      AS message
  FROM read_ r
  LEFT JOIN marts.layer_metrics m ON m.lens = r.read_in AND m.layer = r.layer AND m.basis = r.basis AND m.metric = r.metric
    AND m.calendar_quarter = r.calendar_quarter AND m."window" = r.w
  LEFT JOIN marts.value_capture v ON v.lens = r.read_in AND v.layer = r.layer AND v.basis = r.basis
    AND 'share_of_positive:' || v.pool = r.metric AND v.calendar_quarter = r.calendar_quarter AND v."window" = r.w
  WHERE r.value IS NOT NULL AND (r.metric LIKE 'share_of_positive:%' OR r.metric IN (SELECT metric FROM marts.layer_metrics))
    AND NOT coalesce(abs(r.value - coalesce(m.value, v.share_of_positive)) <= 1e-9 * greatest(abs(r.value), 1), false)
),
compared AS (
  SELECT s.lens, s.claim_id, s.calendar_quarter, s.test, any_value(s.verdict) AS verdict,
    bool_and(CASE WHEN s.test IN ('highest', 'above') THEN s.value > v.value ELSE s.value < v.value END) AS all_hold,
    bool_or(CASE WHEN s.test IN ('highest', 'above') THEN s.value > v.value ELSE s.value < v.value END) AS one_holds
  FROM read_ s JOIN read_ v USING (lens, claim_id)
  WHERE s.role = 'subject' AND v.role = 'versus' AND v.value IS NOT NULL AND s.test IN ('highest', 'lowest', 'above', 'below')
  GROUP BY ALL
),
last_ AS (
  SELECT h.lens, h.claim_id, max_by(h.verdict, h.calendar_quarter) AS verdict, max(h.calendar_quarter) AS calendar_quarter,
    count(*) FILTER (h.flipped) AS flips
  FROM marts.claim_history h WHERE h.verdict <> 'not_testable' AND h.status = 'final' GROUP BY ALL
),
turned AS (
  SELECT lens, claim_id, calendar_quarter, flipped,
    coalesce(verdict <> lag(verdict) OVER (PARTITION BY lens, claim_id ORDER BY calendar_quarter), false) AS should
  FROM marts.claim_history WHERE verdict <> 'not_testable' AND status = 'final'
)
SELECT NULL AS company_id, lens || '/' || claim_id AS item, calendar_quarter AS period, message FROM stated
UNION ALL
SELECT NULL, lens || '/' || claim_id, calendar_quarter, test || ': the verdict is ' || verdict || ', and should not be'
FROM compared
WHERE verdict <> CASE WHEN all_hold THEN 'supported' WHEN one_holds AND test IN ('above', 'below') THEN 'mixed' ELSE 'contradicted' END
UNION ALL
SELECT NULL, c.lens || '/' || c.claim_id, c.calendar_quarter,
  'the verdict is ' || c.verdict || ' with ' || c.n_flips || ' flips, its history ends with ' || coalesce(l.verdict, 'nothing')
    || ' and has ' || coalesce(l.flips, 0)
FROM marts.claims c LEFT JOIN last_ l USING (lens, claim_id)
WHERE c.verdict <> 'not_testable'
  AND (l.verdict IS DISTINCT FROM c.verdict OR l.calendar_quarter <> c.calendar_quarter OR l.flips <> c.n_flips)
UNION ALL
SELECT NULL, lens || '/' || claim_id, calendar_quarter, 'flipped is ' || flipped || ', and should be ' || should
FROM turned WHERE flipped <> should
UNION ALL
SELECT NULL, lens || '/' || claim_id, calendar_quarter, 'there is neither a measured value nor a reason'
FROM marts.claims WHERE measured IS NULL AND reason IS NULL
