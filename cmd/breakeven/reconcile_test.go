package main

import (
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

// reconciled is the JSON of the command.
type reconciled struct {
	Billed   decimal.Decimal     `json:"billed_usd"`
	Modelled *decimal.Decimal    `json:"modelled_usd"`
	Services []reconciledService `json:"services"`
	Lines    []struct {
		Service    string           `json:"service"`
		Dimension  *string          `json:"dimension"`
		UsageTypes []string         `json:"usage_types"`
		Billed     decimal.Decimal  `json:"billed_usd"`
		Modelled   *decimal.Decimal `json:"modelled_usd"`
		Difference *decimal.Decimal `json:"difference_usd"`
		Percent    *float64         `json:"difference_percent"`
		Reason     string           `json:"reason"`
		Detail     *string          `json:"detail"`
	} `json:"lines"`
}

type reconciledService struct {
	Service string   `json:"service"`
	Within  bool     `json:"within_tolerance"`
	Off     *float64 `json:"compared_difference_percent"`
	Reasons []string `json:"reasons"`
}

func TestReconcile(t *testing.T) {
	if testing.Short() {
		t.Skip("collects a whole account")
	}
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	a, server := simulated(t, awstest.Options{Seed: 1, Now: now})
	from, dir := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), t.TempDir()
	plain := trueBill(t, server, from, now)
	planted := plant(slices.Clone(plain))
	for kind, write := range map[string]func(*testing.T, string, []billLine, time.Time, time.Time){"cur": writeCUR, "focus": writeFOCUS} {
		t.Run(kind, func(t *testing.T) {
			path := filepath.Join(dir, kind+"-00001.csv")
			write(t, path, plain, from, now)
			holdsUp(t, reconcileFile(t, a, kind, path), plain)
			write(t, path, planted, from, now)
			namesPlanted(t, reconcileFile(t, a, kind, path), planted)
		})
	}
}

// reconcileFile imports a file, twice, and reconciles it.
func reconcileFile(t *testing.T, a *app, kind, path string) reconciled {
	t.Helper()
	for range 2 {
		if text, code := outcome(t, a, "--db", a.global.db, "import", kind, path); code != exitDone {
			t.Fatalf("import: exit %d: %s", code, text)
		}
	}
	text, code := outcome(t, a, "--db", a.global.db, "-o", "json", "reconcile", "--source", kind)
	if code != exitDone && code != exitIncomplete {
		t.Fatalf("reconcile: exit %d: %s", code, text)
	}
	var r reconciled
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return r
}

// holdsUp wants every service of a bill that is the truth within 0.1 %, and
// the bill's total kept.
func holdsUp(t *testing.T, r reconciled, bill []billLine) {
	t.Helper()
	addsUp(t, r, bill)
	if len(r.Services) < 6 {
		t.Errorf("only %d services", len(r.Services))
	}
	for _, s := range r.Services {
		if s.Off == nil || math.Abs(*s.Off) >= 0.1 || !s.Within {
			t.Errorf("%s is off: %+v", s.Service, s)
		}
	}
	for _, l := range r.Lines {
		switch l.Reason {
		case "matches", "rounding", "unexplained, within what is inferred":
		default:
			t.Errorf("%s %s: billed %s, modelled %v: %s", l.Service, *l.Dimension, l.Billed, l.Modelled, l.Reason)
		}
	}
}

// addsUp wants the lines to add up to the bill, to 1e-6 USD: CUR rounds each.
func addsUp(t *testing.T, r reconciled, bill []billLine) {
	t.Helper()
	want, got := decimal.Zero, decimal.Zero
	for _, l := range bill {
		want = want.Add(l.cost)
	}
	for _, l := range r.Lines {
		got = got.Add(l.Billed)
	}
	if r.Billed.Sub(want).Abs().GreaterThan(decimal.New(1, -6)) || !got.Equal(r.Billed) {
		t.Errorf("billed %s, lines add up to %s, the file has %s", r.Billed, got, want)
	}
}

// namesPlanted wants everything that plant added to be named, with its size.
func namesPlanted(t *testing.T, r reconciled, bill []billLine) {
	t.Helper()
	addsUp(t, r, bill)
	dollars := decimal.RequireFromString
	plan := decimal.Zero
	for _, l := range bill {
		if l.kind == "SavingsPlanNegation" {
			plan = plan.Add(l.cost)
		}
	}
	for _, want := range []struct {
		service, reason string
		billed          decimal.Decimal
	}{
		{"lambda", "credit", dollars("-4.5")},
		{"lambda", "tax", dollars("7.25")},
		{"lambda", "savings plan", plan},
		{"ComputeSavingsPlans", "savings plan", dollars("10")},
		{"AmazonRDS", "not measured", dollars("8")},
		{"AWSSupportDeveloper", "support", dollars("29")},
		{"sqs", "refund", dollars("-0.75")},
		{"lambda", "free tier", decimal.Zero},
	} {
		found := false
		for _, l := range r.Lines {
			found = found || l.Service == want.service && l.Reason == want.reason && l.Billed.Sub(want.billed).Abs().LessThan(decimal.New(1, -8))
		}
		if !found {
			t.Errorf("no %s of %s USD is named under %s", want.reason, want.billed, want.service)
		}
	}
	wrong := 0
	for _, l := range r.Lines {
		if l.Reason != "unexplained" {
			continue
		}
		wrong++
		share := l.Difference.DivRound(*l.Modelled, 6).InexactFloat64()
		if l.Service != "dynamodb" || *l.Dimension != "on-demand-write" || share < 0.029 || share > 0.031 || l.Detail == nil || !strings.Contains(*l.Detail, "%") {
			t.Errorf("unexplained: %+v", l)
		}
	}
	if wrong != 1 {
		t.Errorf("%d unexplained differences, want the one of 3 %%", wrong)
	}
	for _, s := range r.Services {
		if want := s.Service != "dynamodb"; s.Within != want {
			t.Errorf("%s within the tolerance: %v", s.Service, s.Within)
		}
	}
}
