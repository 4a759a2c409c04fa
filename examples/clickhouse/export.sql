-- Lines to files in `user_files`, one line each. A file that exists is replaced.

INSERT INTO FUNCTION file('siem.log', 'LineAsString', 'line String')
SELECT line FROM siem.lines ORDER BY received
SETTINGS engine_file_truncate_on_insert = 1;

-- Compressed, as the name says. Other formats may not hold a line as it is: `TSV` would escape backslashes.
INSERT INTO FUNCTION file('siem.log.zst', 'LineAsString', 'line String')
SELECT line FROM siem.lines ORDER BY received
SETTINGS engine_file_truncate_on_insert = 1;
