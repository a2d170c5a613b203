-- error: Whoever has dollars in a layer is a member of it at the end of that quarter; on the consolidated basis in its primary
-- layer.
SELECT a.company_id, a.lens || '/' || a.layer AS item, a.calendar_quarter AS period,
  a.member_id || ' has ' || a.item || ' on the ' || a.basis || ' basis without a membership' AS message
FROM marts.member_amounts a
WHERE NOT EXISTS (
  FROM core.memberships m
  WHERE m.lens = a.lens AND m.layer = a.layer AND m.company_id = a.company_id
    AND last_day(make_date(
      own.quarter_number(a.calendar_quarter) // 4, own.quarter_number(a.calendar_quarter) % 4 * 3 + 3, 1
    )) BETWEEN coalesce(m.valid_from, DATE '0001-01-01') AND coalesce(m.valid_to, DATE '9999-12-31')
    AND CASE a.basis WHEN 'layer' THEN m.member_id = a.member_id AND m.measure <> 'dark' ELSE m.primary_layer END
)
