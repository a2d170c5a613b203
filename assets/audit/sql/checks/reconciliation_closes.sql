-- error: Sums of suppliers and buyers are those of their layers, and these of their members; the residual is their
-- difference; change and entry are the change on the year before.
WITH r AS (
  SELECT *, "window" AS w, own.quarter_number(calendar_quarter) AS q
  FROM marts.reconciliation
),
members AS (
  SELECT r.q, r.w, r.part, r.amount_usd AS is_, sum(a.amount_usd) AS should
  FROM r LEFT JOIN marts.member_amounts a ON a.lens = r.lens AND a.basis = 'consolidated' AND a.layer = r.part
    AND a.calendar_quarter = r.calendar_quarter AND a."window" = r.w AND a.item = r.item
  WHERE r.side IN ('supplier', 'buyer') AND r.amount_usd IS NOT NULL
  GROUP BY ALL
),
sums AS (
  SELECT t.q, t.w, t.part, t.amount_usd AS is_, sum(p.amount_usd) AS should
  FROM r t LEFT JOIN r p ON p.q = t.q AND p.w = t.w AND p.side = CASE t.part WHEN 'suppliers' THEN 'supplier' ELSE 'buyer' END
  WHERE t.part IN ('suppliers', 'buyers') AND t.amount_usd IS NOT NULL
  GROUP BY ALL
),
differences AS (
  SELECT t.q, t.w, t.part, t.amount_usd AS is_, s.amount_usd - b.amount_usd AS should
  FROM r t
  LEFT JOIN r s ON s.q = t.q AND s.w = t.w AND s.part = 'suppliers'
  LEFT JOIN r b ON b.q = t.q AND b.w = t.w AND b.part = 'buyers'
  WHERE t.part = 'residual'
),
changes AS (
  SELECT t.q, t.w, t.part, t.change_usd + t.entry_usd AS is_, t.amount_usd - b.amount_usd AS should
  FROM r t LEFT JOIN r b ON b.part = t.part AND b.w = t.w AND b.q = t.q - 4
  WHERE t.entry_usd IS NOT NULL
),
told AS (
  SELECT *, 'amount' AS what FROM members
  UNION ALL SELECT *, 'sum' FROM sums
  UNION ALL SELECT *, 'residual' FROM differences
  UNION ALL SELECT *, 'change' FROM changes
)
SELECT NULL AS company_id, part AS item, own.number_label(q) AS period,
  w || ': ' || what || ' is ' || coalesce(CAST(is_ AS VARCHAR), 'unknown') || ', and should be '
    || coalesce(CAST(should AS VARCHAR), 'unknown') AS message
FROM told
WHERE (is_ IS NULL) <> (should IS NULL) OR abs(is_ - should) > 1e-6 * greatest(abs(is_), abs(should), 1e6)
