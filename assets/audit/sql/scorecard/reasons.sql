-- Why quarters are missing, by item.
SELECT item, reason, count(*) AS quarters FROM core.gaps GROUP BY ALL ORDER BY item, quarters DESC, reason
