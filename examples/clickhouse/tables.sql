-- From records to lines and dead letters. Whoever has the records inserts them into `siem.raw`. If a statement fails,
-- mend the cause and run all again before anything is inserted: without its view, `siem.raw` loses what it gets.

CREATE DATABASE IF NOT EXISTS siem;

-- Both are `Null` tables, which keep nothing. If an INSERT into `raw` fails, none of its rows is anywhere, and it can be
-- repeated; with a table that keeps rows, they would be in it twice. And each record is transformed once: two views with
-- the function in each would transform it twice.
CREATE TABLE IF NOT EXISTS siem.raw
(
    record String,
    received DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS siem.converted
(
    record String,
    received DateTime64(3, 'UTC'),
    siem Tuple(line String, reason String, error String)
)
ENGINE = Null;

CREATE TABLE IF NOT EXISTS siem.lines
(
    received DateTime64(3, 'UTC'),
    line String
)
ENGINE = MergeTree
ORDER BY received
-- Without this, lines are kept for ever, even if they go on to Kafka.
-- TTL toDateTime(received) + INTERVAL 30 DAY
;

CREATE TABLE IF NOT EXISTS siem.dead_letters
(
    received DateTime64(3, 'UTC'),
    record String,
    reason LowCardinality(String),
    error String
)
ENGINE = MergeTree
ORDER BY received;

-- The configuration stands here. `ALTER TABLE siem.to_converted MODIFY QUERY` changes it. It is a literal rather than a
-- function of SQL (`CREATE FUNCTION ... AS record -> ...`), which would be copied into the view, so that replacing it would
-- change nothing.
CREATE MATERIALIZED VIEW IF NOT EXISTS siem.to_converted TO siem.converted AS
SELECT record, received, senhasegura_siem(record, '{"timezone": "-03:00"}', received) AS siem
FROM siem.raw;

CREATE MATERIALIZED VIEW IF NOT EXISTS siem.to_lines TO siem.lines AS
SELECT received, siem.line AS line
FROM siem.converted
WHERE siem.reason = '';

CREATE MATERIALIZED VIEW IF NOT EXISTS siem.to_dead_letters TO siem.dead_letters AS
SELECT received, record, siem.reason AS reason, siem.error AS error
FROM siem.converted
WHERE siem.reason != '';
