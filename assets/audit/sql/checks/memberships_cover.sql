-- error: Every listed company is a member of some layer; every membership names a company and layer that there are; a
-- company has one primary layer at a time in each lens in which it is a member, and is measured whole in no two.
SELECT c.company_id, NULL AS item, NULL AS period, 'listed, and a member of no layer' AS message
FROM core.companies c
WHERE c.status = 'listed' AND NOT EXISTS (FROM core.memberships m WHERE m.company_id = c.company_id)
UNION ALL
SELECT m.company_id, m.lens || '/' || m.layer, CAST(m.valid_from AS VARCHAR), CASE
    WHEN c.company_id IS NULL THEN 'measures a company that core.companies does not list'
    WHEN l.layer IS NULL THEN 'is a membership of a layer that core.layers does not list'
    ELSE 'is measured by segment ' || coalesce(m.segment, 'null') || ' with measure ' || m.measure
  END
FROM core.memberships m
LEFT JOIN core.companies c USING (company_id)
LEFT JOIN core.layers l USING (lens, layer)
WHERE c.company_id IS NULL OR l.layer IS NULL OR (m.segment IS NULL) = (m.measure = 'segment')
UNION ALL
SELECT a.company_id, a.lens || '/' || a.layer, CAST(a.valid_from AS VARCHAR),
  CASE WHEN a.primary_layer AND b.primary_layer THEN 'is primary also in ' ELSE 'is whole also in ' END || b.layer
FROM core.memberships a
JOIN core.memberships b ON b.lens = a.lens AND b.company_id = a.company_id AND b.layer > a.layer
  AND coalesce(a.valid_from, DATE '0001-01-01') <= coalesce(b.valid_to, DATE '9999-12-31')
  AND coalesce(b.valid_from, DATE '0001-01-01') <= coalesce(a.valid_to, DATE '9999-12-31')
WHERE (a.primary_layer AND b.primary_layer) OR (a.measure = 'whole' AND b.measure = 'whole')
UNION ALL
SELECT m.company_id, m.lens, NULL, 'is listed and has no primary layer in this lens'
FROM core.memberships m JOIN core.companies c USING (company_id)
WHERE c.status = 'listed'
GROUP BY m.company_id, m.lens HAVING NOT bool_or(m.primary_layer)
