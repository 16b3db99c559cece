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

// findings runs doctor and returns its exit code and what it says by check.
func findings(t *testing.T, a *app, out *bytes.Buffer) (code int, said map[string]string, healthy bool) {
	t.Helper()
	out.Reset()
	code = run(t.Context(), a, []string{"doctor", "-o", "json", "--db", a.global.db})
	var doc struct {
		Checks  []struct{ Status, Check, Finding, Fix string }
		Healthy bool
	}
	if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	said = map[string]string{}
	for _, c := range doc.Checks {
		said[c.Check] += c.Status + ": " + c.Finding + "\n"
		if (c.Status == "ok") != (c.Fix == "") {
			t.Errorf("%s is %s and its fix is %q", c.Check, c.Status, c.Fix)
		}
	}
	return code, said, doc.Healthy
}

// wantFindings compares the beginning and a part of what is said.
func wantFindings(t *testing.T, said map[string]string, want map[string]string) {
	t.Helper()
	for check, text := range want {
		start, part, _ := strings.Cut(text, "*")
		if got := said[check]; !strings.HasPrefix(got, start) || !strings.Contains(got, part) {
			t.Errorf("%s says %q, want %q", check, got, text)
		}
	}
}

func TestDoctor(t *testing.T) {
	a, out := queryApp(t)
	now := a.now()
	w, err := store.OpenWriter(t.Context(), a.global.db, store.Options{Now: now, Purpose: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.BeginRun(t.Context(), "collect", ""); err != nil {
		t.Fatal(err)
	}
	if err := w.EndRun(t.Context(), now, true); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	code, said, healthy := findings(t, a, out)
	if code != exitDone || !healthy {
		t.Errorf("a healthy database: exit code %d, healthy %v: %v", code, healthy, said)
	}
	wantFindings(t, said, map[string]string{
		"database": "ok: *opens, schema", "privacy": "ok: ", "age": "ok: collected just now", "gaps": "ok: no gap", "completeness": "ok: nothing to compare",
		"prices": "ok: price book", "disk": "*MB free",
	})

	if err := os.Chmod(a.global.db, 0o644); err != nil {
		t.Fatal(err)
	}
	a.now = func() time.Time { return now.AddDate(0, 0, 200) }
	code, said, healthy = findings(t, a, out)
	if code != exitDone || healthy {
		t.Errorf("an old database: exit code %d, healthy %v", code, healthy)
	}
	wantFindings(t, said, map[string]string{"privacy": "warn: *0644", "age": "warn: collected 200 days ago", "prices": "warn: "})
	a.now = func() time.Time { return now.AddDate(0, 0, -1) }
	_, said, _ = findings(t, a, out)
	wantFindings(t, said, map[string]string{"age": "warn: *clock is wrong"})
}

// TestDoctorFindsGaps names what is missing and exits with 3.
func TestDoctorFindsGaps(t *testing.T) {
	a, out := queryApp(t)
	w, err := store.OpenWriter(t.Context(), a.global.db, store.Options{Now: a.now(), Purpose: "test"})
	if err != nil {
		t.Fatal(err)
	}
	var gaps []model.Gap
	for i := range gapsNamed + 2 {
		from := a.now().AddDate(0, 0, -i)
		gaps = append(gaps, model.Gap{
			Account: "123456789012", Region: "us-east-1", Service: "lambda", Metric: "logs:StartQuery",
			From: from.AddDate(0, 0, -1), To: from, Reason: "not allowed: logs:StartQuery",
		})
	}
	if err := w.PutGaps(t.Context(), gaps); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	code, said, _ := findings(t, a, out)
	if code != exitIncomplete {
		t.Errorf("exit code %d, want %d", code, exitIncomplete)
	}
	wantFindings(t, said, map[string]string{"gaps": "warn: Missing: logs:StartQuery of lambda in us-east-1*and 2 more gaps", "age": "warn: no collection has come to its end"})
}

func TestDoctorWithoutDatabase(t *testing.T) {
	a, out := queryApp(t)
	a.global.db = filepath.Join(t.TempDir(), "none", "x.duckdb")
	code, said, _ := findings(t, a, out)
	if code != exitIncomplete {
		t.Errorf("no database: exit code %d, want %d", code, exitIncomplete)
	}
	wantFindings(t, said, map[string]string{"database": "warn: nothing has been collected"})

	a.global.db = filepath.Join(t.TempDir(), "x.duckdb")
	if err := os.WriteFile(a.global.db, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	code, said, _ = findings(t, a, out)
	if code != exitFailed {
		t.Errorf("a foreign file: exit code %d, want %d", code, exitFailed)
	}
	wantFindings(t, said, map[string]string{"database": "fail: " + a.global.db + "*not a breakeven database"})
}

func TestDiskFinding(t *testing.T) {
	const gb = 1 << 30
	for _, tc := range []struct {
		free, size int64
		want       verdict
	}{
		{100 * gb, gb, good}, {3 * gb, gb, good}, {3*gb - 1, gb, warn}, {gb + 100<<20, gb, warn}, {gb + 100<<20 - 1, gb, fail}, {0, 0, fail},
	} {
		if got := diskFinding(tc.free, tc.size); got.verdict != tc.want || (got.fix == "") != (tc.want == good) {
			t.Errorf("%d free beside %d: %+v, want %s", tc.free, tc.size, got, tc.want)
		}
	}
}
