package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"
)

// outcome runs one command line on a database and returns stdout and the exit
// code.
func outcome(t *testing.T, a *app, args ...string) (string, int) {
	t.Helper()
	var out, errs bytes.Buffer
	b := *a
	b.out, b.err = &out, &errs
	code := run(t.Context(), &b, args)
	t.Logf("breakeven %v: exit %d\n%s", args, code, errs.String())
	return out.String(), code
}

// TestRealWorkload imports a public trace whole: 500 functions and 3,037,902
// invocations (testdata/traces/README.md), once and once more, and prices it.
func TestRealWorkload(t *testing.T) {
	a := &app{
		getenv: func(string) string { return "" },
		clock:  time.Now, now: func() time.Time { return time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC) },
		global: globalFlags{},
	}
	db := filepath.Join(t.TempDir(), "trace.duckdb")
	for range 2 {
		_, code := outcome(t, a, "--db", db, "import", "trace", "../../testdata/traces/azure2019-b-500x480.csv.gz",
			"--functions", "../../testdata/traces/azure2019-b-functions.csv")
		if code != exitDone {
			t.Fatalf("import: exit %d", code)
		}
	}
	text, _ := outcome(t, a, "--db", db, "-o", "json", "query", `SELECT count(DISTINCT resource_id) AS functions,
		CAST(sum(value) AS BIGINT) AS invocations FROM metrics WHERE metric = 'Invocations' AND stat = 'Sum'`)
	var sums struct {
		Rows []struct {
			Functions   int64 `json:"functions"`
			Invocations int64 `json:"invocations"`
		} `json:"rows"`
	}
	if err := json.Unmarshal([]byte(text), &sums); err != nil {
		t.Fatal(err)
	}
	if len(sums.Rows) != 1 || sums.Rows[0].Functions != 500 || sums.Rows[0].Invocations != 3037902 {
		t.Errorf("stored %+v, the trace has 500 functions and 3,037,902 invocations", sums.Rows)
	}
	text, code := outcome(t, a, "--db", db, "-o", "json", "cost")
	var cost struct {
		Total float64 `json:"total_usd"`
		Low   float64 `json:"total_low_usd"`
		High  float64 `json:"total_high_usd"`
	}
	if err := json.Unmarshal([]byte(text), &cost); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	// At $0.20 a million the requests alone cost $0.6075804.
	if code != exitDone || cost.Low <= 0.6075804 || cost.Total < cost.Low || cost.High < cost.Total {
		t.Errorf("exit %d, cost %+v", code, cost)
	}
	if text, code = outcome(t, a, "--db", db, "-o", "json", "compare"); code != exitDone || !json.Valid([]byte(text)) {
		t.Errorf("compare: exit %d", code)
	}
}
