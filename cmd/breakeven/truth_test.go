package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// simulated collects a whole simulated account through the command line and
// returns the app, ready for more commands, and the server that knows the
// truth.
func simulated(t *testing.T, opt awstest.Options) (*app, *awstest.Server) {
	t.Helper()
	server, err := awstest.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	for _, kv := range server.Env() {
		name, value, _ := strings.Cut(kv, "=")
		t.Setenv(name, value)
	}
	a := &app{
		in: strings.NewReader(""), out: io.Discard, err: io.Discard,
		getenv: func(string) string { return "" }, clock: time.Now, now: server.Now,
		global: globalFlags{db: filepath.Join(t.TempDir(), "sim.duckdb")},
	}
	var stderr bytes.Buffer
	a.err = &stderr
	args := []string{"--db", a.global.db, "collect", "--since", "30d", "--rate", "*=5000", "--points-per-second", "1e9", "--settle", "1s"}
	for _, r := range awstest.Regions() {
		args = append(args, "--region", r)
	}
	if code := run(t.Context(), a, args); code != exitDone && code != exitIncomplete {
		t.Fatalf("collect: exit %d: %s", code, stderr.String())
	}
	a.err = io.Discard
	return a, server
}

func dollars(t *testing.T, u unit.USD) decimal.Decimal {
	t.Helper()
	d, err := decimal.NewFromString(u.String())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestCollectedAndPricedEqualsTruth holds what the program says an account
// cost against what the simulator added up request by request, with prices
// of its own: to 1e-9 USD where every invocation left a REPORT line, inside
// the stated range elsewhere.
func TestCollectedAndPricedEqualsTruth(t *testing.T) {
	if testing.Short() {
		t.Skip("collects two whole accounts")
	}
	for _, tt := range []struct {
		name string
		opt  awstest.Options
	}{
		{"seed 1", awstest.Options{Seed: 1, Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}},
		{"seed 2, huge functions past the tier bounds", awstest.Options{Seed: 2, Huge: true, Rate: 0.3, Now: time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, server := simulated(t, tt.opt)
			truth := server.Truth()
			an, err := a.loadAnalysis(t.Context(), windowFlags{from: truth.From.Format(time.RFC3339), to: truth.To.Format(time.RFC3339)}, analyze.Options{})
			if err != nil {
				t.Fatal(err)
			}
			compareWithTruth(t, an, truth, tt.opt.Huge)
			compareServices(t, an, server)
			comparePlanted(t, an)
			compareWithViews(t, a, an)
			writesNoSecret(t, a)
		})
	}
}

// tolerance is how far an exact cost may lie from the truth: 1e-9 USD. Past a
// tier bound every function bears the region's average price, to which the
// functions without REPORT lines belong too: then a hundred-millionth.
func tolerance(cost decimal.Decimal, tiered bool) decimal.Decimal {
	billion := decimal.New(1, -9)
	if tiered {
		return decimal.Max(billion, cost.Mul(decimal.New(1, -8)))
	}
	return billion
}

func compareWithTruth(t *testing.T, an model.Analysis, truth awstest.Truth, tiered bool) {
	t.Helper()
	found := map[unit.ResourceID]model.Function{}
	for _, f := range an.Functions {
		found[f.Key.ID] = f
	}
	billion := decimal.New(1, -9)
	exact, ranged, outside, far := 0, 0, 0, 0
	for _, want := range truth.Functions {
		got, ok := found[unit.ResourceID(want.ARN)]
		if !ok {
			if want.Counts.Invocations > 0 {
				t.Errorf("%s is missing, it cost %s", want.Name, want.CostUSD)
			}
			continue
		}
		if s := got.Signals; s.Invocations != want.Counts.Invocations || s.Errors != want.Counts.Errors || s.Throttles != want.Counts.Throttles {
			t.Errorf("%s: %d invocations, %d errors, %d throttles; truth %d, %d, %d", want.Name,
				s.Invocations, s.Errors, s.Throttles, want.Counts.Invocations, want.Counts.Errors, want.Counts.Throttles)
		}
		if want.HasReports && got.Cold.Count != want.Counts.ColdStarts+want.Counts.Restores {
			t.Errorf("%s: %d cold starts, truth %d and %d restores", want.Name, got.Cold.Count, want.Counts.ColdStarts, want.Counts.Restores)
		}
		if got.Cost.Unknown {
			t.Errorf("%s: cost unknown", want.Name)
			continue
		}
		low, likely, high := dollars(t, got.Cost.Low), dollars(t, got.Cost.Likely), dollars(t, got.Cost.High)
		if want.HasReports && want.Counts.ProvisionedInvocations == 0 || got.Cost.Exact() {
			exact++
			if likely.Sub(want.CostUSD).Abs().Cmp(tolerance(want.CostUSD, tiered)) > 0 || !got.Cost.Exact() {
				t.Errorf("%s: cost %s (%s to %s), truth %s", want.Name, likely, low, high, want.CostUSD)
			}
			continue
		}
		ranged++
		if want.CostUSD.Cmp(low.Sub(billion)) < 0 || want.CostUSD.Cmp(high.Add(billion)) > 0 {
			outside++
			t.Logf("%s: truth %s is outside %s to %s", want.Name, want.CostUSD, low, high)
		}
		if off := math.Abs(likely.Sub(want.CostUSD).InexactFloat64()); off > 0.01*want.CostUSD.InexactFloat64() {
			far++
			t.Logf("%s: likely %s is more than 1 %% from the truth %s (%s to %s)", want.Name, likely, want.CostUSD, low, high)
		}
	}
	t.Logf("%d functions exact to 1e-9 USD; %d within a range, %d of those outside it, %d with the likely cost more than 1 %% off", exact, ranged, outside, far)
	if exact < 20 || ranged == 0 {
		t.Errorf("%d exact and %d ranged functions: the account no longer tests both", exact, ranged)
	}
	if limit := 0.05 * float64(len(truth.Functions)); float64(outside) > limit || float64(far) > limit {
		t.Errorf("%d functions outside their range, %d likely costs off by more than 1 %%", outside, far)
	}
}

// compareWithViews holds what SQL users see against what every screen shows.
func compareWithViews(t *testing.T, a *app, an model.Analysis) {
	t.Helper()
	text, code := outcome(t, a, "--db", a.global.db, "-o", "json", "query",
		"SELECT resource_id, CAST(sum(cost_usd) AS VARCHAR) AS cost FROM hourly_costs GROUP BY resource_id")
	var got struct {
		Rows []struct {
			ID   unit.ResourceID `json:"resource_id"`
			Cost decimal.Decimal `json:"cost"`
		} `json:"rows"`
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil || code != exitDone {
		t.Fatalf("query: exit %d, %v", code, err)
	}
	costs := map[unit.ResourceID]decimal.Decimal{}
	for _, r := range got.Rows {
		costs[r.ID] = r.Cost
	}
	for _, f := range an.Functions {
		want := dollars(t, f.Cost.Likely)
		if off := costs[f.Key.ID].Sub(want).Abs(); off.Cmp(tolerance(want, true)) > 0 {
			t.Errorf("%s: hourly_costs add up to %s, the analysis says %s", f.Key.Name, costs[f.Key.ID], want)
		}
	}
}

// writesNoSecret prints everything that can be printed of an account whose
// environment variables and log lines hold a secret: it stands nowhere. The
// same database also gives the same bytes again.
func writesNoSecret(t *testing.T, a *app) {
	t.Helper()
	for _, args := range [][]string{
		{"cost", "-o", "json"},
		{"functions", "-o", "wide"},
		{"coldstarts", "-o", "csv"},
		{"recommend", "-o", "ndjson"},
		{"compare", "-o", "markdown"},
		{"report", "--format", "html", "--out", "-"},
		{"report", "--format", "json", "--out", "-"},
		{"report", "--format", "md", "--out", "-"},
		{"dashboard", "--once", "--size", "200x60", "--screen", "data"},
		{"query", "SELECT * FROM resources ORDER BY ALL", "-o", "json"},
		{"query", "SELECT * FROM gaps ORDER BY ALL", "-o", "csv"},
	} {
		args = append([]string{"--db", a.global.db}, args...)
		first, _ := outcome(t, a, args...)
		again, _ := outcome(t, a, args...)
		if first == "" || first != again {
			t.Errorf("breakeven %v printed %d bytes, then %d others", args, len(first), len(again))
		}
		if strings.Contains(first, awstest.PlantedSecret) {
			t.Errorf("breakeven %v printed the secret", args)
		}
	}
}
