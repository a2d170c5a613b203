-- error: Charges are annuities of capital at the assumptions of core.assumptions; what is required pays for them and for
-- running the capital at the gross margin; gaps are what is required less what the members earn; capital is the buyers'
-- capex of the quarters since the base.
WITH a AS (
  SELECT max("default") FILTER (assumption = 'ai_share') AS ai, max("default") FILTER (assumption = 'cost_of_capital') AS r,
    max("default") FILTER (assumption = 'equipment_life') AS equipment_life,
    max("default") FILTER (assumption = 'shell_life') AS shell_life,
    max("default") FILTER (assumption = 'equipment_share') AS equipment_share,
    max("default") FILTER (assumption = 'operating_cost') AS running,
    max("default") FILTER (assumption = 'downstream_gross_margin') AS margin
  FROM core.assumptions
),
revenue AS (
  SELECT calendar_quarter, sum(amount_usd) AS usd FROM marts.member_amounts
  WHERE lens = 'ecosystem' AND basis = 'layer' AND layer IN ('applications', 'models') AND item = 'revenue' AND "window" = 'ttm'
  GROUP BY ALL
),
-- Hyperscalers report quarters since the base, and are members from the first: their capex needs no rule of its own.
spent AS (
  SELECT q.calendar_quarter, sum(q.value_usd) AS usd
  FROM core.company_quarters q
  JOIN (SELECT DISTINCT company_id FROM core.memberships WHERE lens = 'ecosystem' AND layer = 'hyperscalers' AND primary_layer)
    USING (company_id)
  WHERE q.item = 'capex' AND q.derivation <> 'year_only'
  GROUP BY ALL
),
parts AS (
  SELECT j.*, a.*, revenue.usd AS earned, spent.usd AS spent,
    j.buyers = 'hyperscalers' AND j.capital = 'all' AND j.calendar_quarter > '2022Q4' AS quarterly,
    sum(j.capex_usd * a.ai) OVER (
      PARTITION BY j.buyers, j.capital ORDER BY j.calendar_quarter
    ) - coalesce(sum(j.capex_usd * a.ai) FILTER (j.calendar_quarter <= '2022Q4') OVER (PARTITION BY j.buyers, j.capital), 0)
      AS since_base
  FROM marts.justification j CROSS JOIN a
  LEFT JOIN revenue USING (calendar_quarter)
  LEFT JOIN spent USING (calendar_quarter)
),
told AS (
  SELECT calendar_quarter, buyers, capital, unnest([
    {what: 'charge of equipment', is_: equipment_charge_usd, should: equipment_usd * r / (1 - (1 + r) ** (-equipment_life))},
    {what: 'charge of shell', is_: shell_charge_usd, should: shell_usd * r / (1 - (1 + r) ** (-shell_life))},
    {what: 'annual charge', is_: annual_charge_usd, should: equipment_charge_usd + shell_charge_usd},
    {what: 'operating cost', is_: operating_cost_usd, should: running * capital_usd},
    {what: 'required revenue', is_: required_revenue_usd, should: (annual_charge_usd + operating_cost_usd) / margin},
    {what: 'measured revenue', is_: measured_revenue_usd, should: earned},
    {what: 'gap', is_: gap_usd, should: required_revenue_usd - measured_revenue_usd},
    {what: 'gap to new revenue', is_: gap_to_new_revenue_usd, should: required_revenue_usd - new_revenue_usd},
    {what: 'shell', is_: shell_usd, should: (1 - equipment_share) * capital_usd},
    {what: 'capex', is_: CASE WHEN quarterly THEN capex_usd END, should: CASE WHEN quarterly THEN spent END},
    {what: 'capital', is_: CASE WHEN quarterly THEN capital_usd END,
     should: CASE WHEN quarterly AND capital_usd IS NOT NULL THEN since_base END}
  ], recursive := true)
  FROM parts
)
SELECT NULL AS company_id, buyers || ', ' || capital AS item, calendar_quarter AS period,
  what || ' is ' || coalesce(CAST(is_ AS VARCHAR), 'unknown') || ', and should be ' || coalesce(CAST(should AS VARCHAR), 'unknown')
    AS message
FROM told
WHERE (is_ IS NULL) <> (should IS NULL) OR abs(is_ - should) > 1e-9 * greatest(abs(is_), abs(should), 1)
