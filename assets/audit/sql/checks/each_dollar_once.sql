-- error: On either basis of a lens a company's dollars of an item are counted once: whole in one layer, or each segment once.
SELECT company_id, item, calendar_quarter AS period,
  'counted ' || count(*) || ' times in ' || lens || ' on the ' || basis || ' basis: ' || string_agg(layer, ', ' ORDER BY layer) AS message
FROM (
  SELECT a.*, coalesce(m.segment, '') AS segment
  FROM marts.member_amounts a
  LEFT JOIN (SELECT DISTINCT lens, layer, member_id, segment FROM core.memberships WHERE measure = 'segment') m
    ON a.basis = 'layer' AND m.lens = a.lens AND m.layer = a.layer AND m.member_id = a.member_id
)
GROUP BY lens, basis, company_id, calendar_quarter, "window", item
HAVING count(*) > count(DISTINCT segment) OR (count(*) > 1 AND bool_or(segment = ''))
