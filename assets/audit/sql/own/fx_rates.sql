-- core.fx_rates: per day and currency the European Central Bank's rate, else the first other source by name.
SELECT date, currency, usd_per_unit, source
FROM raw.fx_observations
WHERE own.is_known(date)
QUALIFY row_number() OVER (PARTITION BY date, currency ORDER BY NOT starts_with(source, 'ECB'), source) = 1
