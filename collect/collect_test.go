package collect_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/breakeven-dev/breakeven/collect"
	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// small is an account that is generated and collected in a blink, with every
// kind of function.
var small = awstest.Options{Seed: 3, Days: 2, Rate: 0.1}

// simulate starts a simulated account and points the SDK's default chain at
// it.
func simulate(t testing.TB, o awstest.Options) *awstest.Server {
	t.Helper()
	s, err := awstest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for _, e := range s.Env() {
		k, v, _ := strings.Cut(e, "=")
		t.Setenv(k, v)
	}
	return s
}

// options collect everything that s has, unhindered by quotas.
func options(s *awstest.Server) collect.Options {
	return collect.Options{
		Now: s.Now(), Clock: time.Now, Window: model.Window{From: s.Start(), To: s.Now()},
		Regions: regions(), Rates: map[string]float64{"*": 5000}, PointsPerSecond: 1e9,
		Price: func(string, unit.Region) (unit.USD, bool) { return unit.MustUSD("0.00001"), true },
	}
}

func regions() []unit.Region {
	var out []unit.Region
	for _, r := range awstest.Regions() {
		out = append(out, unit.Region(r))
	}
	return out
}

// run collects into the database at path.
func run(ctx context.Context, path string, o collect.Options) (*collect.Result, error) {
	c, err := collect.New(ctx, o)
	if err != nil {
		return nil, err
	}
	w, err := store.OpenWriter(ctx, path, store.Options{Now: o.Now, Purpose: "collect"})
	if err != nil {
		return nil, err
	}
	res, err := c.Run(ctx, w)
	return res, errors.Join(err, w.Close(ctx))
}

func mustRun(t testing.TB, path string, o collect.Options) *collect.Result {
	t.Helper()
	res, err := run(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "b.duckdb") }

// tables of what was collected, free of internal ids: two databases that hold
// the same data dump alike.
var dumpQueries = []string{
	`SELECT r.account_id, r.region, r.resource_id, m.* EXCLUDE (resource) FROM lambda_metrics m JOIN resource r ON r.id = m.resource ORDER BY ALL`,
	`SELECT r.account_id, r.region, m.* EXCLUDE (resource) FROM lambda_account_metrics m JOIN resource r ON r.id = m.resource ORDER BY ALL`,
	`SELECT r.account_id, r.region, r.resource_id, h.* EXCLUDE (resource, duration_ms, init_ms, restore_ms),
	        round(duration_ms, 3), round(init_ms, 3), round(restore_ms, 3) FROM report_hour h JOIN resource r ON r.id = h.resource ORDER BY ALL`,
	`SELECT account_id, region, resource_id, name, app, tags, origin, deleted FROM resource WHERE resource_id <> '' ORDER BY ALL`,
}

// dump hashes what a database holds, table by table, and counts rows.
func dump(t testing.TB, path string) (hashes []string, counts []int) {
	t.Helper()
	db, err := sql.Open("duckdb", path+"?access_mode=READ_ONLY")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range dumpQueries {
		h := sha256.New()
		n := writeRows(t, h, db, q)
		hashes = append(hashes, fmt.Sprintf("%x", h.Sum(nil)[:8]))
		counts = append(counts, n)
	}
	return hashes, counts
}

func writeRows(t testing.TB, w io.Writer, db *sql.DB, query string) int {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	cells, refs := make([]any, len(cols)), make([]any, len(cols))
	for i := range cells {
		refs[i] = &cells[i]
	}
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(refs...); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(w, cells...)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// same fails the test unless both databases hold the same data.
func same(t testing.TB, got, want string) {
	t.Helper()
	g, gn := dump(t, got)
	w, wn := dump(t, want)
	for i := range g {
		if g[i] != w[i] {
			t.Errorf("%.60s...: %d rows, want %d; content differs", dumpQueries[i], gn[i], wn[i])
		}
	}
}

func TestCollectTwice(t *testing.T) {
	s := simulate(t, small)
	path := newPath(t)
	res := mustRun(t, path, options(s))
	for _, g := range res.Gaps {
		if !strings.HasPrefix(g.Reason, "cold starts unknown") {
			t.Errorf("unexpected gap: %+v", g)
		}
	}
	first := s.Counters()
	_, counts := dump(t, path)
	for i, n := range counts {
		if n == 0 {
			t.Errorf("%.60s...: nothing was stored", dumpQueries[i])
		}
	}
	copied := filepath.Join(t.TempDir(), "copy.duckdb")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(copied, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s.ResetCounters()
	mustRun(t, path, options(s))
	second := s.Counters()
	same(t, path, copied)
	if second.PointsServed*5 > first.PointsServed {
		t.Errorf("a second run asked for %d points, the first for %d: only what may still change should be read again", second.PointsServed, first.PointsServed)
	}
	if second.BytesScanned*5 > first.BytesScanned {
		t.Errorf("a second run scanned %d bytes of logs, the first %d", second.BytesScanned, first.BytesScanned)
	}
}

// With a third of the calls failing and connections cut within an answer, the
// result is the same to the last point.
func TestFaultsLoseNothing(t *testing.T) {
	s := simulate(t, small)
	calm, rough := newPath(t), newPath(t)
	mustRun(t, calm, options(s))
	s.SetFaults(awstest.Faults{
		Seed: 1, Throttle: map[string]float64{"*": 0.2}, Fail: map[string]float64{"*": 0.1}, Cut: map[string]float64{"*": 0.03},
	})
	s.ResetCounters()
	mustRun(t, rough, options(s))
	same(t, rough, calm)
	rejected := int64(0)
	for _, n := range s.Counters().Rejected {
		rejected += n
	}
	if rejected == 0 {
		t.Error("no call was rejected: the test tests nothing")
	}
}

// Data that comes late is read again until it can no longer change.
func TestLateDataIsReadAgain(t *testing.T) {
	o := small
	o.Ahead = 6 * time.Hour
	s := simulate(t, o)
	late, punctual := newPath(t), newPath(t)
	s.SetFaults(awstest.Faults{LateBy: 40 * time.Minute})
	for range 6 {
		mustRun(t, late, options(s))
		s.Advance(time.Hour)
	}
	s.SetFaults(awstest.Faults{})
	mustRun(t, late, options(s))
	mustRun(t, punctual, options(s))
	same(t, late, punctual)
}

// A failing call leaves an open interval that the next run closes.
func TestNextRunClosesGaps(t *testing.T) {
	s := simulate(t, small)
	whole, holed := newPath(t), newPath(t)
	mustRun(t, whole, options(s))
	s.SetFaults(awstest.Faults{DeniedActions: []string{"cloudwatch:GetMetricData"}})
	res := mustRun(t, holed, options(s))
	named := false
	for _, g := range res.Gaps {
		named = named || strings.Contains(g.Reason, "cloudwatch:GetMetricData")
	}
	if !named {
		t.Error("no gap names the IAM action that is missing")
	}
	s.SetFaults(awstest.Faults{})
	mustRun(t, holed, options(s))
	same(t, holed, whole)
}

func TestDeniedRegionDoesNotStopOthers(t *testing.T) {
	s := simulate(t, small)
	one, both := newPath(t), newPath(t)
	s.SetFaults(awstest.Faults{DeniedRegions: []string{"eu-west-1"}})
	res := mustRun(t, both, options(s))
	if len(res.Gaps) == 0 {
		t.Error("a region that refuses everything leaves no gap")
	}
	s.SetFaults(awstest.Faults{})
	o := options(s)
	o.Regions = []unit.Region{"us-east-1"}
	mustRun(t, one, o)
	same(t, both, one)
}

func TestCredentials(t *testing.T) {
	s := simulate(t, small)
	for name, set := range map[string]func(){
		"expired": func() { s.SetFaults(awstest.Faults{ExpiredToken: true}) },
		"unknown": func() { t.Setenv("AWS_ACCESS_KEY_ID", "AKIANOSUCHKEY") },
		"none":    func() { t.Setenv("AWS_ACCESS_KEY_ID", ""); t.Setenv("AWS_SECRET_ACCESS_KEY", "") },
	} {
		s.SetFaults(awstest.Faults{})
		set()
		_, err := collect.New(t.Context(), options(s))
		if !errors.Is(err, collect.ErrCredentials) {
			t.Errorf("%s: %v", name, err)
		} else if !strings.Contains(err.Error(), "aws sso login") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: no hint on one line: %v", name, err)
		}
	}
}

func TestClockSkewIsNamed(t *testing.T) {
	s := simulate(t, small)
	s.SetFaults(awstest.Faults{ClockSkew: true})
	_, err := collect.New(t.Context(), options(s))
	if err == nil || !strings.Contains(err.Error(), "clock") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v", err)
	}
}

func TestPlanMakesNoPaidCall(t *testing.T) {
	s := simulate(t, small)
	o := options(s)
	path := newPath(t)
	c, err := collect.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Plan(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := s.Counters(); n.Answered("GetMetricData") != 0 || n.Answered("StartQuery") != 0 {
		t.Errorf("planning made calls that cost: %v", n.Requests)
	}
	mustRun(t, path, o)
	made := s.Counters()
	var planned int64
	for _, l := range p.Lines {
		if l.Operation == "cloudwatch:GetMetricData" {
			planned += l.Billed
		}
	}
	if made.MetricsBilled > planned || planned > 2*made.MetricsBilled {
		t.Errorf("planned at most %d metrics, billed were %d", planned, made.MetricsBilled)
	}
}

func TestMaxCostRefuses(t *testing.T) {
	s := simulate(t, small)
	o := options(s)
	limit := unit.MustUSD("0.0001")
	o.MaxCost = &limit
	_, err := run(t.Context(), newPath(t), o)
	if !errors.Is(err, collect.ErrBudget) {
		t.Errorf("%v", err)
	}
	if n := s.Counters(); n.Answered("GetMetricData") != 0 || n.Answered("StartQuery") != 0 {
		t.Errorf("calls that cost were made: %v", n.Requests)
	}
	limit = unit.MustUSD("5")
	mustRun(t, newPath(t), o)
}

// The spending that a run reports is what the endpoint billed.
func TestSpendingIsCounted(t *testing.T) {
	s := simulate(t, small)
	res := mustRun(t, newPath(t), options(s))
	var metrics, bytes, requests int64
	for _, c := range res.Calls {
		switch c.Operation {
		case "cloudwatch:GetMetricData":
			metrics += c.BilledUnits
			requests += c.Requests
		case "logs:StartQuery":
			bytes += c.BilledUnits
		}
	}
	n := s.Counters()
	if metrics != n.MetricsBilled || bytes != n.BytesScanned || requests != n.Answered("GetMetricData") {
		t.Errorf("counted %d metrics, %d bytes, %d calls; billed were %d, %d, %d", metrics, bytes, requests, n.MetricsBilled, n.BytesScanned, n.Answered("GetMetricData"))
	}
}

func TestSecretIsNotStored(t *testing.T) {
	s := simulate(t, small)
	for _, mode := range collect.ReportModes {
		path := newPath(t)
		o := options(s)
		o.Reports = mode
		mustRun(t, path, o)
		files, err := filepath.Glob(path + "*")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(b), awstest.PlantedSecret) {
				t.Errorf("%s holds the planted secret (reports %s)", f, mode)
			}
			if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v", f, info.Mode())
			}
		}
	}
}

// The policy's table of operations is what the endpoint was asked for.
func TestOperationsAreThoseCalled(t *testing.T) {
	s := simulate(t, small)
	for _, mode := range collect.ReportModes {
		o := options(s)
		o.Reports = mode
		o.AllRegions = mode == collect.ReportsOff
		mustRun(t, newPath(t), o)
	}
	called := map[string]bool{}
	for op := range s.Counters().Requests {
		called[op] = true
	}
	for _, op := range collect.Operations() {
		_, name, _ := strings.Cut(op.Action, ":")
		if !called[name] && name != "StopQuery" { // made by a cancelled run only
			t.Errorf("%s is in the table, but no run calls it", op.Action)
		}
		delete(called, name)
	}
	for op := range called {
		t.Errorf("%s is called, but not in the table", op)
	}
}
