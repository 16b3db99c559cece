package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/tui"
)

// dashboardApp is an app whose output is no terminal.
func dashboardApp(t *testing.T, out *bytes.Buffer, env map[string]string) *app {
	t.Helper()
	return &app{
		in: strings.NewReader(""), out: out, err: out,
		getenv: func(k string) string { return env[k] },
		clock:  time.Now, now: func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) },
	}
}

func TestDashboardWithoutTerminalPrintsText(t *testing.T) {
	var out bytes.Buffer
	a := dashboardApp(t, &out, map[string]string{"BREAKEVEN_DB": filepath.Join(t.TempDir(), "none.duckdb")})
	if code := run(t.Context(), a, []string{"dashboard"}); code != exitDone {
		t.Errorf("exit %d, want %d", code, exitDone)
	}
	for _, want := range []string{"breakeven demo", "breakeven collect --plan", "breakeven import"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Errorf("escape codes in a pipe: %q", out.String())
	}
}

func TestNoCommandWithoutTerminalPrintsHelp(t *testing.T) {
	var out bytes.Buffer
	if code := run(t.Context(), dashboardApp(t, &out, nil), nil); code != exitDone || !strings.Contains(out.String(), "Usage:") {
		t.Errorf("exit %d and\n%s", code, out.String())
	}
}

func TestDashboardRefusesWrongFlags(t *testing.T) {
	for _, args := range [][]string{
		{"--theme", "pink"},
		{"--screen", "sql"},
		{"--glyphs", "runes"},
		{"--once", "--size", "80"},
		{"--once", "--size", "0x10"},
		{"--once", "--size", "80x-1"},
		{"--once", "--size", "99999x10"},
		{"extra"},
	} {
		var out bytes.Buffer
		a := dashboardApp(t, &out, map[string]string{"BREAKEVEN_DB": filepath.Join(t.TempDir(), "none.duckdb")})
		if code := run(t.Context(), a, append([]string{"dashboard"}, args...)); code != exitUsage && args[0] != "extra" {
			t.Errorf("%v: exit %d, want %d: %s", args, code, exitUsage, out.String())
		}
	}
}

func TestDashboardOnceHasItsSize(t *testing.T) {
	var out bytes.Buffer
	a := dashboardApp(t, &out, map[string]string{"BREAKEVEN_DB": filepath.Join(t.TempDir(), "none.duckdb"), "LANG": "C.UTF-8"})
	if code := run(t.Context(), a, []string{"dashboard", "--once", "--size", "60x20"}); code != exitDone {
		t.Fatalf("exit %d: %s", code, out.String())
	}
	if lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n"); len(lines) != 20 {
		t.Errorf("%d lines, want 20:\n%s", len(lines), out.String())
	}
}

func TestSnapshotIsPrivate(t *testing.T) {
	db := filepath.Join(t.TempDir(), "a.duckdb")
	path := db + ".overview.json"
	if err := writePrivate(path, []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := writePrivate(path, []byte("two")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
	left, err := fs.Glob(os.DirFS(filepath.Dir(db)), "*")
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestExportReplacesNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, want := range []string{"x.csv", "x-2.csv", "x-3.csv"} {
		if got, err := writeNew("x.csv", []byte("a")); got != want || err != nil {
			t.Errorf("wrote %s, %v, want %s", got, err, want)
		}
	}
}

// TestOverviewIsKeptByWhatWrites: a run that wrote leaves the dashboard's
// first picture, which is current until the database changes.
func TestOverviewIsKeptByWhatWrites(t *testing.T) {
	dir := t.TempDir()
	db, log := filepath.Join(dir, "a.duckdb"), filepath.Join(dir, "x.log")
	line := "2026-11-22T10:00:00.000Z REPORT RequestId: 8f5c1f8e-0000-4000-8000-000000000001\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 64 MB\n"
	if err := os.WriteFile(log, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	a := dashboardApp(t, &out, nil)
	source := func(w windowFlags) *dashboardSource { return newDashboardSource(a, db, w) }
	if _, ok := source(windowFlags{}).readSnapshot(); ok {
		t.Error("a snapshot without a database")
	}
	if code := run(t.Context(), a, []string{"--db", db, "import", "logs", log, "--function", "first"}); code != exitDone {
		t.Fatalf("exit %d: %s", code, out.String())
	}
	kept, ok := source(windowFlags{}).readSnapshot()
	if !ok || !kept.Current || !bytes.Contains(kept.Bytes, []byte("first")) {
		t.Fatalf("kept %v, current %v: %.200s", ok, kept.Current, kept.Bytes)
	}
	if _, ok := source(windowFlags{since: "7d"}).readSnapshot(); ok {
		t.Error("a snapshot of another window is shown")
	}
	a.global.payer = true
	if kept, _ := source(windowFlags{}).readSnapshot(); kept.Current {
		t.Error("a snapshot priced otherwise counts as current")
	}
	a.global.payer = false
	later := time.Now().Add(time.Minute)
	if err := os.Chtimes(db, later, later); err != nil {
		t.Fatal(err)
	}
	if kept, ok := source(windowFlags{}).readSnapshot(); !ok || kept.Current {
		t.Errorf("after the database changed: kept %v, current %v, want an earlier state", ok, kept.Current)
	}
	s := source(windowFlags{})
	an, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, err := tui.Snapshot(an)
	if err == nil {
		err = s.saveSnapshot(b)
	}
	if kept, ok := source(windowFlags{}).readSnapshot(); err != nil || !ok || !kept.Current {
		t.Errorf("after the dashboard loaded: %v, kept %v, current %v", err, ok, kept.Current)
	}
	if err := os.WriteFile(overviewPath(db), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok := source(windowFlags{}).readSnapshot(); ok {
		t.Error("a spoilt snapshot is shown")
	}
	if err := os.Remove(db); err != nil {
		t.Fatal(err)
	}
	if _, ok := source(windowFlags{}).readSnapshot(); ok {
		t.Error("a snapshot outlives its database")
	}
}
