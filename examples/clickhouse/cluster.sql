-- The same on every server of a cluster, here called `siem`. Not tried on a cluster: only the syntax is tested.

-- Each server has its own modules. Run this on each: through `cluster('siem', ...)`, it reaches every replica only if
-- the cluster has `internal_replication` off.
INSERT INTO system.webassembly_modules (name, code)
SELECT 'senhasegura_siem_0_1_0', code
FROM file('senhasegura-siem-clickhouse.wasm', 'RawBLOB', 'code String');

-- Then this on one. `functions.sql` says what the settings are for.
CREATE OR REPLACE FUNCTION senhasegura_siem ON CLUSTER siem
LANGUAGE WASM FROM 'senhasegura_siem_0_1_0'
ARGUMENTS (record String, config String, received DateTime64(3))
RETURNS Tuple(line String, reason String, error String)
ABI BUFFERED_V1 DETERMINISTIC
SETTINGS serialization_format = 'RowBinary', webassembly_udf_enable_fuel = 0;

CREATE OR REPLACE FUNCTION senhasegura_line ON CLUSTER siem
LANGUAGE WASM FROM 'senhasegura_siem_0_1_0'
ARGUMENTS (record String)
RETURNS Nullable(String)
ABI BUFFERED_V1 DETERMINISTIC
SETTINGS serialization_format = 'RowBinary', webassembly_udf_enable_fuel = 0;
