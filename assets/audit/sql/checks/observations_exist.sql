-- error: Every observation that a figure rests on is in raw, is of the same company and currency, and carries a label that
-- means the item there (for a computed item, the first term of its identity).
WITH named AS (
  SELECT 'core.company_quarters' AS name, company_id, item, period_end, currency, concept, observation_id,
    false AS subtracted
  FROM core.company_quarters
  UNION ALL
  SELECT 'core.company_quarters', company_id, item, period_end, currency, concept, minus_observation_id, true
  FROM core.company_quarters WHERE minus_observation_id IS NOT NULL
  UNION ALL
  SELECT 'core.company_years', company_id, item, period_end, currency, concept, observation_id, false
  FROM core.company_years
),
first_terms AS (
  SELECT item, first FROM declared.identities
  UNION SELECT i.item, j.first FROM declared.identities i JOIN declared.identities j ON j.item = i.first
),
resting AS (
  SELECT n.*, o.company_id AS other_company, o.unit, o.concept AS label, c.item AS means,
    CASE WHEN starts_with(n.concept, 'computed: ')
      THEN EXISTS (FROM first_terms t WHERE t.item = n.item AND t.first = c.item)
      ELSE c.item = n.item AND (n.subtracted OR n.concept = o.concept)
    END AND NOT EXISTS (FROM declared.misnomers m WHERE m.company_id = n.company_id AND m.concept = o.concept) AS fits
  FROM named n
  LEFT JOIN raw.observations o USING (observation_id)
  LEFT JOIN declared.concepts c ON c.concept = o.concept
)
SELECT company_id, item, CAST(period_end AS VARCHAR) AS period, name || ': observation ' || observation_id || CASE
    WHEN label IS NULL THEN ' is not in raw.observations'
    WHEN other_company <> company_id THEN ' is of ' || other_company
    WHEN unit <> currency THEN ' is in ' || unit || ', the figure in ' || currency
    ELSE ' is labelled ' || label || ', which means ' || coalesce(means, 'no item') || '; the figure says ' || concept
  END AS message
FROM resting
WHERE label IS NULL OR other_company <> company_id OR unit <> currency OR NOT coalesce(fits, false)
