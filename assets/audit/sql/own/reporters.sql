-- Every calendar quarter and window in which a company or segment has any amount, with the latest of their ends.
SELECT company_id, segment, note, quarter, "window", period_end
FROM (SELECT company_id, segment, note, quarter, max(period_end) AS period_end FROM own.dollars GROUP BY ALL)
CROSS JOIN (VALUES ('quarter'), ('ttm')) windows("window")
