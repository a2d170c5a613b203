-- error: The parties of a deal are companies of the registry, and its document is no older than what it states.
SELECT d.from_id AS company_id, d.deal AS item, CAST(d.date AS VARCHAR) AS period,
  d.from_id || ' to ' || d.to_id || ', told on ' || d.document_date AS message
FROM core.deals d
WHERE d.from_id NOT IN (SELECT company_id FROM core.companies) OR d.to_id NOT IN (SELECT company_id FROM core.companies)
  OR d.document_date < d.date
