-- Words of the rule book that several queries need (methods.md, Time; the docstrings of analytics/periods.py).

-- Fiscal quarters in so many days: 13 or 14 weeks each, or calendar months; null for any other span.
CREATE MACRO own.quarters_in(days) AS CASE
  WHEN days BETWEEN 80 AND 100 THEN 1
  WHEN days BETWEEN 170 AND 197 THEN 2
  WHEN days BETWEEN 255 AND 290 THEN 3
  WHEN days BETWEEN 350 AND 380 THEN 4
END;

-- Days from a day to the nearest end of that month, this year's or the year before's.
CREATE MACRO own.days_to_month_end(day, month) AS least(
  abs(day - last_day(make_date(year(day), month, 1))), abs(day - last_day(make_date(year(day) - 1, month, 1)))
);

-- Whether a fiscal year ends there: within ten days of the end of the company's month (52/53-week years).
CREATE MACRO own.is_year_end(day, month) AS own.days_to_month_end(day, month) <= 10;

-- Fiscal year of a quarter or year that ends there: the first whose end, with ten days' grace, is not before it.
CREATE MACRO own.fiscal_year(day, month) AS
  year(day - 10) + CASE WHEN day - 10 > last_day(make_date(year(day - 10), month, 1)) THEN 1 ELSE 0 END;

-- Day in the middle of a period; of two, the earlier.
CREATE MACRO own.middle(first, last) AS first + CAST((last - first) // 2 AS INTEGER);

-- Calendar quarter that holds a day, '2025Q4'.
CREATE MACRO own.quarter_label(day) AS year(day) || 'Q' || quarter(day);

-- Number of a calendar quarter, so that the quarter before has the number before; and back.
CREATE MACRO own.quarter_number(label) AS CAST(label[1:4] AS BIGINT) * 4 + CAST(label[6:6] AS BIGINT) - 1;
CREATE MACRO own.number_label(n) AS (n // 4) || 'Q' || (n % 4 + 1);

-- Whether a statement repeats the one before: the same, or the same rounded to thousands or millions.
CREATE MACRO own.repeats(new, old) AS
  new = old OR (new % 1e3 = 0 AND abs(new - old) <= 500) OR (new % 1e6 = 0 AND abs(new - old) <= 500000);

-- Whether there is a basis from a day until before another; null is without end.
CREATE MACRO own.shared(basis_from, basis_until) AS coalesce(basis_from < basis_until, true);

-- Whether a day is within the knowledge that is audited.
CREATE MACRO own.is_known(day) AS day <= coalesce(getvariable('as_known_on'), day);

-- Why an amount is missing; null where it is known.
CREATE MACRO own.why_missing(value, name, reason) AS CASE
  WHEN value IS NOT NULL THEN NULL
  WHEN reason IN ('only the year is known', 'not four contiguous quarters', 'restated within the twelve months') THEN name || ': ' || reason
  ELSE coalesce(reason, 'no ' || name)
END;

-- Why a ratio says nothing: a denominator that is a change near zero, or not positive.
CREATE MACRO own.says_nothing(denominator, name, near_zero, base) AS CASE
  WHEN abs(denominator) < near_zero * abs(base) THEN 'not meaningful: ' || name || ' near zero'
  WHEN denominator <= 0 THEN 'not meaningful: ' || name || ' ≤ 0'
END;

-- An amount as a metric takes it: of the window or its end, against four quarters before, or the mean of both.
CREATE MACRO own.take(taken, now, before) AS CASE taken
  WHEN 'change' THEN now - before WHEN 'prior' THEN before WHEN 'average' THEN (now + before) / 2 ELSE now
END;

-- Sum over the rows of which something is true; null if any of them is null.
CREATE MACRO own.sum_of(amount, belongs) AS CASE
  WHEN count(amount) FILTER (belongs) = count(*) FILTER (belongs) THEN sum(amount) FILTER (belongs)
END;

-- The unit to which a year is rounded, as far as its digits tell.
CREATE MACRO own.rounding_unit(year) AS CASE WHEN year % 1e6 = 0 THEN 1e6 WHEN year % 1e5 = 0 THEN 1e5 ELSE 1e3 END;

-- Number of the calendar quarter that holds a day.
CREATE MACRO own.number_of(day) AS year(day) * 4 + quarter(day) - 1;

-- Why nothing is known of one that publishes no accounts; null for others.
CREATE MACRO own.silent(status) AS CASE status
  WHEN 'private' THEN 'private: publishes no accounts' WHEN 'open_source' THEN 'open source: no company behind it'
END;

-- Whether a label is a share count as of a day after the quarter's end: a filing's cover, a quote.
CREATE MACRO own.is_cover(concept) AS EXISTS (FROM declared.covers c WHERE starts_with(concept, c.label));
