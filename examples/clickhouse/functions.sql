-- Loads the module, and creates its two functions. The module is read from the server's folder `user_files`.

-- The name has the version of the module, as a name cannot be given other code. Never replace the file that the server
-- keeps of it (`user_scripts/wasm`): with other code in it, or without it, the server does not start.
INSERT INTO system.webassembly_modules (name, code)
SELECT 'senhasegura_siem_0_2_0', code
FROM file('senhasegura-siem-clickhouse.wasm', 'RawBLOB', 'code String');

-- A record, a configuration (empty for the baked one) and the time of reception (`toDateTime64(0, 3)` if unknown), to a
-- line, or to the reason why there is none. A record that is rejected is a value like others; only a configuration that is
-- refused makes a query fail. Other types are refused: `now64(3)` has the right one, `now()` has not. A NULL among the
-- arguments makes the result NULL.
--
-- Without fuel: its limit is one for each block of rows, so rows of strangers could make an INSERT fail. A query is
-- still interrupted after `max_execution_time`.
CREATE OR REPLACE FUNCTION senhasegura_siem
LANGUAGE WASM FROM 'senhasegura_siem_0_2_0'
ARGUMENTS (record String, config String, received DateTime64(3))
RETURNS Tuple(line String, reason String, error String)
ABI BUFFERED_V1 DETERMINISTIC
SETTINGS serialization_format = 'RowBinary', webassembly_udf_enable_fuel = 0;

-- The line of a record by the baked configuration, or NULL: for a look at some.
CREATE OR REPLACE FUNCTION senhasegura_line
LANGUAGE WASM FROM 'senhasegura_siem_0_2_0'
ARGUMENTS (record String)
RETURNS Nullable(String)
ABI BUFFERED_V1 DETERMINISTIC
SETTINGS serialization_format = 'RowBinary', webassembly_udf_enable_fuel = 0;
