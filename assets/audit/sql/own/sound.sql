-- The quarters that speak, without those that break a hard rule.
FROM own.spoken q
WHERE NOT EXISTS (
  FROM own.anomalies a
  WHERE a.severity = 'error' AND a.company_id = q.company_id AND a.item = q.item AND a.period_end = q.quarter_end
)
