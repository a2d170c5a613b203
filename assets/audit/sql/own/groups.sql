-- Lens, layer, basis and quarter wherever a listed company stands behind a member; how many members.
SELECT lens, layer, basis, quarter, coalesce(n, 0) AS n_members
FROM (SELECT DISTINCT lens, layer, quarter FROM own.members WHERE listed)
CROSS JOIN (VALUES ('layer'), ('consolidated')) bases(basis)
LEFT JOIN (SELECT lens, layer, basis, quarter, count(*) AS n FROM own.members GROUP BY ALL)
  USING (lens, layer, basis, quarter)
