-- Records from a topic, and lines and dead letters to two others. Not tried with a broker: only the syntax is tested.

CREATE TABLE siem.from_kafka (record String)
ENGINE = Kafka
SETTINGS
    kafka_broker_list = 'kafka:9092', kafka_topic_list = 'senhasegura', kafka_group_name = 'siem',
    -- The whole message is one record.
    kafka_format = 'RawBLOB';

-- A NULL among the arguments would make the result NULL, and a message may be without a time.
CREATE MATERIALIZED VIEW siem.from_kafka_to_raw TO siem.raw AS
SELECT record, ifNull(_timestamp_ms, toDateTime64(0, 3)) AS received
FROM siem.from_kafka;

CREATE TABLE siem.lines_to_kafka (line String)
ENGINE = Kafka
SETTINGS
    kafka_broker_list = 'kafka:9092', kafka_topic_list = 'siem', kafka_group_name = 'siem-lines',
    -- A line is a message, and has nothing after it.
    kafka_format = 'RawBLOB', kafka_max_rows_per_message = 1;

CREATE MATERIALIZED VIEW siem.to_lines_to_kafka TO siem.lines_to_kafka AS
SELECT siem.line AS line
FROM siem.converted
WHERE siem.reason = '';

-- A dead letter is the record alone; `siem.dead_letters` has its reason.
CREATE TABLE siem.dead_letters_to_kafka (record String)
ENGINE = Kafka
SETTINGS
    kafka_broker_list = 'kafka:9092', kafka_topic_list = 'siem-dead-letters', kafka_group_name = 'siem-dead-letters',
    kafka_format = 'RawBLOB', kafka_max_rows_per_message = 1;

CREATE MATERIALIZED VIEW siem.to_dead_letters_to_kafka TO siem.dead_letters_to_kafka AS
SELECT record
FROM siem.converted
WHERE siem.reason != '';
