-- The newest figures with the time in which their basis was in force: from the last change of basis before or when they were
-- first said, until the first change after they were last said that did not leave their period as it was. Null: without
-- end. Only flows that are filed, or computed from filings, know of changes.
SELECT s.*,
  (
    SELECT max(b.begins) FROM own.basis_changes b
    WHERE s.source IN ('sec', 'sec_derived') AND b.company_id = s.company_id AND b.item = s.item AND b.begins <= s.known_at
  ) AS basis_from,
  (
    SELECT min(b.begins) FROM own.basis_changes b
    LEFT JOIN own.untouched u ON u.company_id = b.company_id AND u.item = b.item AND u.begins = b.begins
      AND u.tier = s.tier AND s.source = 'sec'
    WHERE s.source IN ('sec', 'sec_derived') AND b.company_id = s.company_id AND b.item = s.item
      AND b.begins > s.confirmed_at AND NOT coalesce(u.for_ever OR s.quarter_end <= u.reach, false)
  ) AS basis_until
FROM own.stated s
