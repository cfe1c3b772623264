-- name: take_ids
UPDATE counter SET last_id = last_id + $amount WHERE noun = $noun;

-- name: last_id
SELECT last_id FROM counter WHERE noun = $noun;

-- name: all_tables
SELECT count(*) AS tables FROM duckdb_tables() WHERE NOT internal;

-- name: applied_files
SELECT number, name, checksum FROM schema_file;

-- name: record_file
INSERT INTO schema_file (number, name, checksum, applied_at) VALUES ($number, $name, $checksum, $applied_at);

-- name: spool_mark
SELECT begins, settled_to FROM spool_cursor WHERE kind = $kind;

-- name: start_spool
INSERT INTO spool_cursor (kind, begins, settled_to)
SELECT $kind, '', 0 WHERE NOT EXISTS (FROM spool_cursor WHERE kind = $kind);

-- name: move_spool
UPDATE spool_cursor SET begins = $begins, settled_to = $settled_to WHERE kind = $kind;
