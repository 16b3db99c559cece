package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// queryable is a reader on a database with a function and its metrics, and a
// file outside that a query must not see.
func queryable(t *testing.T) (r *Reader, dir string) {
	t.Helper()
	w, path := openTest(t)
	refs := put(t, w, function("orders", 512), function("=cmd()", 128))
	putBlocks(t, w, block(refs[0], day0, 24, 10, 5))
	closeTest(t, w)
	r, err := OpenReader(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret.csv"), []byte("a,b\n1,planted\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return r, dir
}

// answer runs a statement to its end.
func answer(t *testing.T, r *Reader, statement string) ([][]any, error) {
	t.Helper()
	rows, err := r.Query(t.Context(), statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out [][]any
	for rows.Next() {
		v, err := rows.Values()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// TestQueryOnlyReads tries to write, to reach out and to unlock the session.
func TestQueryOnlyReads(t *testing.T) {
	r, dir := queryable(t)
	before, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("BREAKEVEN_PLANTED", "planted")
	for _, statement := range []string{
		"", ";", "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE resource", "DELETE FROM resource; SELECT 1", "SELECT", "SELECT ?", "SELECT $1",
		"INSERT INTO source VALUES (9, 'x')", "UPDATE resource SET name = 'x'", "DELETE FROM resource", "TRUNCATE resource",
		"CREATE TABLE t (a INTEGER)", "CREATE TEMP TABLE t (a INTEGER)", "CREATE VIEW v AS SELECT 1", "CREATE MACRO m() AS 1",
		"DROP TABLE resource", "ALTER TABLE resource ADD COLUMN x INTEGER", "WITH gone AS (DELETE FROM resource RETURNING *) SELECT * FROM gone",
		"EXPLAIN ANALYZE DELETE FROM resource", "EXPLAIN ANALYZE COPY resource TO 'DIR/out.csv'", "EXPLAIN ANALYZE CREATE TABLE t (a INTEGER)",
		"ATTACH 'DIR/other.duckdb'", "ATTACH ':memory:' AS m", "DETACH test", "USE memory",
		"COPY resource TO 'DIR/out.csv'", "COPY (SELECT 1) TO 'DIR/out.parquet' (FORMAT parquet)", "COPY resource FROM 'DIR/secret.csv'",
		"EXPORT DATABASE 'DIR/out'", "IMPORT DATABASE 'DIR/out'",
		"INSTALL httpfs", "LOAD httpfs", "LOAD 'DIR/x.duckdb_extension'",
		"SET enable_external_access = true", "SET lock_configuration = false", "RESET enable_external_access", "SET VARIABLE x = 1",
		"PRAGMA enable_profiling", "PRAGMA memory_limit = '1GB'", "CALL force_checkpoint()", "CHECKPOINT", "VACUUM", "BEGIN", "COMMIT",
		"FROM 'DIR/secret.csv'", "SELECT * FROM read_csv('DIR/secret.csv')", "SELECT * FROM read_csv_auto('DIR/*.csv')", "SELECT * FROM read_text('DIR/secret.csv')",
		"SELECT * FROM read_blob('DIR/secret.csv')", "SELECT * FROM read_json('DIR/secret.csv')", "SELECT * FROM read_parquet('DIR/secret.csv')",
		"SELECT * FROM parquet_metadata('DIR/secret.csv')", "SELECT * FROM sniff_csv('DIR/secret.csv')", "SELECT * FROM glob('DIR/*')",
		"SELECT * FROM read_csv('https://example.com/x.csv')", "SELECT * FROM read_duckdb('DIR/other.duckdb')",
		"SELECT getenv('BREAKEVEN_PLANTED')", "SELECT * FROM query('DELETE FROM resource')", "SELECT * FROM query_table('DIR/secret.csv')",
		"CALL enable_logging('QueryLog', storage = 'file', storage_path = 'DIR/log')",
		"SELECT * FROM sqlite_scan('DIR/x', 'y')", "PREPARE p AS SELECT 1", "EXECUTE p", "CREATE SECRET s (TYPE s3)",
		"SELECT * FROM nowhere", "SELECT nothing FROM resources", "SELEC 1", "SELECT 'a", "SELECT CAST('x' AS INTEGER)",
	} {
		statement = strings.ReplaceAll(statement, "DIR", dir)
		got, err := answer(t, r, statement)
		var wrong *QueryError
		if !errors.As(err, &wrong) {
			t.Errorf("%s: got %v, %v; want a QueryError", statement, got, err)
			continue
		}
		if strings.Contains(err.Error(), "\n") || err.Error() == "" || strings.Contains(err.Error(), "planted") {
			t.Errorf("%s: error is not one line: %q", statement, err)
		}
	}
	after, err := os.ReadDir(dir)
	if err != nil || len(after) != len(before) {
		t.Errorf("the folder has %d files, had %d (%v)", len(after), len(before), err)
	}
	if got, err := answer(t, r, "SELECT count(*) FROM resources"); err != nil || got[0][0] != int64(2) {
		t.Errorf("afterwards there are %v functions, %v", got, err)
	}
}

// TestQueryLogsNothing switches on logging by a table function, which parses
// as reading: it must spoil its own session and no more.
func TestQueryLogsNothing(t *testing.T) {
	r, dir := queryable(t)
	for _, statement := range []string{"FROM enable_logging('QueryLog', storage = 'file', storage_path = 'DIR/log')", "SELECT 1", "FROM force_checkpoint()"} {
		if got, err := answer(t, r, strings.ReplaceAll(statement, "DIR", dir)); err == nil && len(got) > 0 && statement == "SELECT 1" {
			t.Errorf("%s: answers %v although its log cannot be written", statement, got)
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("%d files, want the one that was there (%v)", len(files), err)
	}
}

func TestQueryAnswers(t *testing.T) {
	r, _ := queryable(t)
	for _, tc := range []struct{ statement, want string }{
		{"SELECT count(*), sum(value) FROM metrics WHERE metric = 'Invocations' AND stat = 'Sum'", "[24 240]"},
		{"FROM resources SELECT name ORDER BY name LIMIT 1;", "[=cmd()]"},
		{"-- a comment\nWITH x AS (SELECT 1 AS a) SELECT a, NULL, 1.50, true, DATE '2026-11-01', 'x' FROM x", "[1 <nil> 1.5 true 2026-11-01 x]"},
		{"VALUES (170141183460469231731687303715884105727, [1.5, NULL], {'a': 2})", "[170141183460469231731687303715884105727 [1.5 <nil>] map[a:2]]"},
		{"SELECT sum(invocations), max(ts) FROM lambda_metrics", "[240 2026-11-01 23:00:00 +0000 UTC]"},
		{"SELECT config->>'$.memory_mb' FROM resources WHERE name = 'orders'", "[512]"},
	} {
		got, err := answer(t, r, tc.statement)
		if err != nil || len(got) != 1 || fmt.Sprint(got[0]) != tc.want {
			t.Errorf("%s: got %v, %v; want %s", tc.statement, got, err, tc.want)
		}
	}
	for _, statement := range []string{"SHOW TABLES", "DESCRIBE metrics", "SUMMARIZE resources", "EXPLAIN SELECT 1", "EXPLAIN ANALYZE SELECT 1", "SHOW ALL TABLES"} {
		if got, err := answer(t, r, statement); err != nil || len(got) == 0 {
			t.Errorf("%s: %d rows, %v", statement, len(got), err)
		}
	}
}

// TestViewColumns holds the public views to their published columns.
func TestViewColumns(t *testing.T) {
	r, _ := queryable(t)
	for view, want := range map[string]string{
		"resources":    "account_id, region, service, resource_id, name, app, tags, config, first_seen, last_seen",
		"metrics":      "account_id, region, service, resource_id, metric, stat, period_s, ts, value",
		"invocations":  "account_id, region, resource_id, request_id, ts, duration_ms, billed_duration_ms, init_duration_ms, restore_duration_ms, memory_size_mb, max_memory_used_mb, status, source",
		"hourly_costs": "ts, account_id, region, service, resource_id, dimension, quantity, unit, cost_usd",
		"gaps":         "account_id, region, service, resource_id, metric, from_ts, to_ts, reason",
		"api_calls":    "ts, operation, requests, billed_units, cost_usd",
	} {
		rows, err := r.Query(t.Context(), "FROM "+view)
		if err != nil {
			t.Errorf("%s: %v", view, err)
			continue
		}
		var names []string
		for _, c := range rows.Columns {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, ", "); got != want {
			t.Errorf("%s has columns\n%s, want\n%s", view, got, want)
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}
}
