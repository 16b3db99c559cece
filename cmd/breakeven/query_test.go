package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/store"
)

// queryApp is an app on a database with two functions, one named like a
// formula and with a control code.
func queryApp(t *testing.T) (a *app, out *bytes.Buffer) {
	t.Helper()
	now := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "q.duckdb")
	w, err := store.OpenWriter(t.Context(), path, store.Options{Now: now, Purpose: "test"})
	if err != nil {
		t.Fatal(err)
	}
	var rs []store.Resource
	for _, name := range []string{"orders", "=1+1\x1b[31m"} {
		rs = append(rs, store.Resource{
			Key:    model.ResourceKey{Account: "123456789012", Region: "us-east-1", Service: "lambda", ID: "arn:aws:lambda:us-east-1:123456789012:function:orders", Name: name},
			Config: json.RawMessage(`{"memory_mb":512}`), SeenAt: now, Origin: "inventory",
		})
	}
	rs[1].Key.ID += "2"
	if _, err := w.PutResources(t.Context(), rs); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	out = new(bytes.Buffer)
	a = &app{out: out, err: new(bytes.Buffer), clock: time.Now, now: func() time.Time { return now }, getenv: func(string) string { return "" }}
	a.global.db = path
	return a, out
}

func TestQueryFormats(t *testing.T) {
	const statement = "SELECT name, CAST(1.25 AS DECIMAL(9, 4)) AS cost_usd, NULL AS gone, region AS name, last_seen AS ts, config->'$.memory_mb' AS mb FROM resources ORDER BY name"
	for format, want := range map[string][]string{
		"csv":      {"name,cost_usd,gone,name_2,ts,mb\n", "'=1+1", "orders,1.25,"},
		"ndjson":   {`{"name":"=1+1\u001b[31m","cost_usd":1.25,"gone":null,"name_2":"us-east-1","ts":"2026-11-20T00:00:00Z","mb":512}` + "\n"},
		"json":     {`"schema_version": 1`, `"price_book": {`, `"columns": [`, `"cost_usd": 1.25`, `"gone": null`},
		"table":    {"cost_usd", "orders", "1.25", "2026-11-20T00:00:00Z"},
		"markdown": {"| name |", "| orders | 1.25 |"},
	} {
		a, out := queryApp(t)
		a.global.output = format
		if err := a.query(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		for _, w := range want {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%s lacks %q:\n%s", format, w, out)
			}
		}
		if strings.Contains(out.String(), "\x1b") {
			t.Errorf("%s lets a control code of a name through", format)
		}
		if format == "json" && !json.Valid(out.Bytes()) {
			t.Errorf("not JSON: %s", out)
		}
	}
}

// TestQueryRefuses checks the exit code and that stderr gets one line.
func TestQueryRefuses(t *testing.T) {
	a, out := queryApp(t)
	target := filepath.Join(t.TempDir(), "out.csv")
	for _, args := range [][]string{
		{"query"},
		{"query", "SELECT 1", "SELECT 2"},
		{"query", "DELETE FROM resource"},
		{"query", "COPY resource TO '" + target + "'"},
		{"query", "SELECT * FROM read_text('/etc/passwd')"},
		{"query", "SELECT nothing FROM resources"},
	} {
		stderr := new(bytes.Buffer)
		a.err = stderr
		if code := run(t.Context(), a, append(args, "--db", a.global.db)); code != exitUsage {
			t.Errorf("%v: exit code %d, want %d", args, code, exitUsage)
		}
		if strings.Count(stderr.String(), "\n") != 1 || out.Len() > 0 {
			t.Errorf("%v: stderr %q, stdout %q", args, stderr, out)
		}
	}
	if _, err := os.Stat(target); err == nil {
		t.Error("a file was written")
	}
}

// TestQueryWithoutData names what to do first, and exits with 3.
func TestQueryWithoutData(t *testing.T) {
	a, _ := queryApp(t)
	if code := run(t.Context(), a, []string{"query", "SELECT 1", "--db", filepath.Join(t.TempDir(), "none.duckdb")}); code != exitIncomplete {
		t.Errorf("exit code %d, want %d", code, exitIncomplete)
	}
}
