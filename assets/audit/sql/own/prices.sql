-- core.prices. Where several sources quote a day, Yahoo, else the first by name. Closes are as adjusted for all later splits
-- (and what sources treat as splits) up to the day they were fetched: multiplied back. The share count of the newest period known on the day, times the
-- share splits since it became known, if that period ended no more than 550 days ago; outstanding shares unless they are
-- less than 90 % of the diluted, which then are all classes. Not used: counts from before the listing, and counts of other
-- sources than filings with a split after their period. Yahoo and Alpha Vantage count receipts, as they were when they were known; a
-- split within five days of another number of shares in a receipt is that, and no split of shares. A ticker with an undated
-- split has no close.
WITH quoted AS (
  SELECT c.company_id, c.ticker, p.date, p.close, p.currency, p.adjusted_to,
    CASE WHEN p.date < c.receipts_changed_on THEN c.former_shares_per_receipt ELSE c.shares_per_receipt END
      AS shares_per_receipt
  FROM raw.price_observations p JOIN core.companies c USING (ticker)
  WHERE own.is_known(p.date)
  QUALIFY row_number() OVER (PARTITION BY p.ticker, p.date ORDER BY p.source <> 'yahoo', p.source) = 1
),
share_splits AS (
  SELECT c.company_id, s.date, s.ratio FROM raw.splits s JOIN core.companies c USING (ticker)
  WHERE s.is_share_split AND s.date IS NOT NULL AND coalesce(abs(s.date - c.receipts_changed_on) > 5, true)
),
counts AS (
  SELECT q.company_id, q.item, q.period_end, q.known_at,
    q.value * CASE WHEN q.source NOT IN ('yahoo', 'alphavantage') THEN 1
      WHEN q.known_at < c.receipts_changed_on THEN c.former_shares_per_receipt ELSE c.shares_per_receipt END AS shares
  FROM own.company_quarters q JOIN core.companies c USING (company_id)
  WHERE q.item IN ('shares_outstanding', 'diluted_shares')
    AND (c.listed_from IS NULL OR coalesce(q.period_start, q.period_end) >= c.listed_from)
    AND (q.source = 'sec' OR NOT EXISTS (
      FROM share_splits s WHERE s.company_id = q.company_id AND s.date > q.period_end
    ))
),
newest AS (
  SELECT q.company_id, q.date, n.item, max_by(n.shares, n.period_end) AS shares, max(n.period_end) AS period_end,
    max_by(n.known_at, n.period_end) AS known_at
  FROM quoted q JOIN counts n ON n.company_id = q.company_id AND n.known_at <= q.date
  GROUP BY ALL
),
on_the_day AS (
  SELECT n.company_id, n.date, n.item, any_value(n.shares) * coalesce(product(s.ratio), 1) AS shares
  FROM newest n
  LEFT JOIN share_splits s ON s.company_id = n.company_id AND s.date > n.known_at AND s.date <= n.date
  WHERE n.date - n.period_end <= 550
  GROUP BY n.company_id, n.date, n.item
),
later_splits AS (
  SELECT q.company_id, q.date, product(s.ratio) AS ratio
  FROM quoted q JOIN raw.splits s
    ON s.ticker = q.ticker AND s.date > q.date AND s.date <= coalesce(q.adjusted_to, s.date)
  GROUP BY ALL
),
rates AS (
  SELECT q.company_id, q.date, max_by(r.usd_per_unit, r.date) AS rate
  FROM quoted q JOIN own.fx_rates r ON r.currency = q.currency AND r.date BETWEEN q.date - 7 AND q.date
  WHERE q.currency <> 'USD'
  GROUP BY ALL
),
priced AS (
  SELECT q.*, q.close * coalesce(l.ratio, 1) AS traded,
    CASE WHEN o.shares < 0.9 * d.shares THEN d.shares ELSE coalesce(o.shares, d.shares) END AS shares,
    CASE WHEN q.currency = 'USD' THEN 1 ELSE r.rate END AS rate,
    EXISTS (FROM raw.splits u WHERE u.ticker = q.ticker AND u.date IS NULL) AS uncertain
  FROM quoted q
  LEFT JOIN later_splits l USING (company_id, date)
  LEFT JOIN (FROM on_the_day WHERE item = 'shares_outstanding') o USING (company_id, date)
  LEFT JOIN (FROM on_the_day WHERE item = 'diluted_shares') d USING (company_id, date)
  LEFT JOIN rates r USING (company_id, date)
)
SELECT company_id, date, CASE WHEN NOT uncertain THEN traded END AS close, currency,
  CASE WHEN NOT uncertain THEN traded * shares / shares_per_receipt * rate END AS market_cap_usd
FROM priced
