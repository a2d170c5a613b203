-- error: The layer of a headline has the highest or lowest final value of its lens: no other that is measured whole is as far; it survives where
-- it survives every check that could be made.
WITH measure(headline, metric, sign) AS (
  VALUES ('highest-gross-margin', 'gross_margin', 1), ('highest-operating-margin', 'operating_margin', 1),
    ('lowest-operating-margin', 'operating_margin', -1), ('fastest-growth', 'revenue_growth_yoy', 1),
    ('largest-capex', 'capex', 1), ('highest-capex-to-revenue', 'capex_to_revenue', 1),
    ('only-one-beyond-its-cash-flow', 'capex_to_ocf', 1), ('highest-debt-to-ebitda', 'debt_to_ebitda', 1),
    ('lowest-interest-coverage', 'interest_coverage_ebit', -1)
),
beaten AS (
  SELECT f.lens, f.headline, f.calendar_quarter, f.basis,
    f.layer || ' is ' || f.value || ', ' || m.layer || ' is ' || m.value AS message
  FROM marts.fragility f JOIN measure USING (headline)
  JOIN marts.layer_metrics m ON m.lens = f.lens AND m.basis = f.basis AND m.calendar_quarter = f.calendar_quarter
    AND m."window" = 'ttm' AND m.metric = measure.metric AND m.status = 'final'
  WHERE (m.layer = f.layer AND abs(m.value - f.value) > 1e-9 * greatest(abs(f.value), 1))
    OR (m.layer <> f.layer AND m.n_measured = m.n_members AND sign * m.value >= sign * f.value)
)
SELECT NULL AS company_id, lens || ' ' || headline AS item, calendar_quarter AS period, basis || ': ' || message AS message
FROM beaten
UNION ALL
SELECT NULL, lens || ' ' || headline, calendar_quarter,
  basis || ': survives ' || n_survived || ' of ' || n_checks || ' checks, and says ' || coalesce(CAST(survives AS VARCHAR), 'nothing')
FROM marts.fragility
WHERE n_checks <> CAST(without_largest IS NOT NULL AS INT) + CAST(on_other_basis IS NOT NULL AS INT)
    + CAST(with_median IS NOT NULL AS INT) + CAST(quarter_before IS NOT NULL AS INT)
  OR n_survived <> CAST(coalesce(without_largest, false) AS INT) + CAST(coalesce(on_other_basis, false) AS INT)
    + CAST(coalesce(with_median, false) AS INT) + CAST(coalesce(quarter_before, false) AS INT)
  OR survives IS DISTINCT FROM CASE WHEN n_checks > 0 THEN n_survived = n_checks END
