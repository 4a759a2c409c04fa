-- The next version, here 0.2.0, beside the one in use: a name cannot be given other code.
INSERT INTO system.webassembly_modules (name, code)
SELECT 'senhasegura_siem_0_2_0', code
FROM file('senhasegura-siem-clickhouse-0.2.0.wasm', 'RawBLOB', 'code String');

-- Views take the new function at the next INSERT.
CREATE OR REPLACE FUNCTION senhasegura_siem
LANGUAGE WASM FROM 'senhasegura_siem_0_2_0'
ARGUMENTS (record String, config String, received DateTime64(3))
RETURNS Tuple(line String, reason String, error String)
ABI BUFFERED_V1 DETERMINISTIC
SETTINGS serialization_format = 'RowBinary', webassembly_udf_enable_fuel = 0;

CREATE OR REPLACE FUNCTION senhasegura_line
LANGUAGE WASM FROM 'senhasegura_siem_0_2_0'
ARGUMENTS (record String)
RETURNS Nullable(String)
ABI BUFFERED_V1 DETERMINISTIC
SETTINGS serialization_format = 'RowBinary', webassembly_udf_enable_fuel = 0;

-- Fails while a function uses it.
DELETE FROM system.webassembly_modules WHERE name = 'senhasegura_siem_0_1_0';
