-- Every term of every metric: the amount of its window, and of four calendar quarters before where that ends a year (350 to
-- 380 days) before on the same basis; taken as the metric says. Amounts and market ratios in dollars, other ratios in reporting currency.
WITH taken AS (
  SELECT r.*, t.metric, t.part, t.position, t.item, t.sign, t.taken, m.in_usd,
    replace(t.item, '_', ' ') AS name,
    now.value, now.value_usd, now.currency, now.period_end AS item_end, now.null_reason,
    NOT own.shared(greatest(now.basis_from, before.basis_from), least(now.basis_until, before.basis_until)) AS restated,
    CASE WHEN NOT restated AND now.period_end - before.period_end BETWEEN 350 AND 380 THEN before.value END AS prior,
    CASE WHEN NOT restated AND now.period_end - before.period_end BETWEEN 350 AND 380 THEN before.value_usd END
      AS prior_usd,
    before.currency AS prior_currency
  FROM own.reporters r
  JOIN declared.metric_windows w ON w."window" = r."window"
  JOIN declared.metrics m ON m.metric = w.metric
  JOIN declared.metric_terms t ON t.metric = w.metric
  LEFT JOIN own.facts now ON now.company_id = r.company_id AND now.segment = r.segment AND now.note = r.note
    AND now.quarter = r.quarter AND now."window" = r."window" AND now.item = t.item
  LEFT JOIN own.facts before ON before.company_id = r.company_id AND before.segment = r.segment
    AND before.note = r.note AND before.quarter = r.quarter - 4 AND before."window" = r."window"
    AND before.item = t.item AND t.taken IN ('change', 'prior', 'average')
)
SELECT company_id, segment, note, quarter, "window", period_end, metric, part, position, sign, item, currency, item_end,
  sign * own.take(taken, value, prior) AS amount,
  sign * own.take(taken, value_usd, prior_usd) AS amount_usd,
  sign * prior AS base, sign * prior_usd AS base_usd,
  CASE WHEN in_usd AND value_usd IS NULL AND value IS NOT NULL AND currency <> 'USD' THEN 'no exchange rate'
    ELSE coalesce(
      own.why_missing(CASE WHEN in_usd THEN value_usd ELSE value END, name, null_reason),
      CASE WHEN taken NOT IN ('change', 'prior', 'average') THEN NULL
        WHEN CASE WHEN in_usd THEN prior_usd ELSE prior END IS NULL
          THEN CASE WHEN restated THEN name || ': restated since the year before' ELSE 'no ' || name || ' a year earlier' END
        WHEN NOT in_usd AND currency <> prior_currency THEN 'currency changed'
      END)
  END AS reason
FROM taken
