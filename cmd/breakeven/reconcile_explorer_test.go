package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

// explorerBill is a bill as Cost Explorer tells it: by name of the service,
// without regions, resources and public prices; operations on
// demand.
func explorerBill(bill []billLine, from, to time.Time) []awstest.Charge {
	var out []awstest.Charge
	for _, l := range bill {
		out = append(out, awstest.Charge{
			Account: awstest.AccountID, RecordType: l.kind, Service: l.what.name, UsageType: l.what.usage, Operation: l.what.operation,
			From: from, To: to, Quantity: l.quantity.Round(12), Unit: l.what.unit, CostUSD: l.cost.Round(10),
		})
	}
	return out
}

func reconcileJSON(t *testing.T, a *app, args ...string) reconciled {
	t.Helper()
	text, code := outcome(t, a, append([]string{"--db", a.global.db, "-o", "json", "reconcile"}, args...)...)
	if code != exitDone && code != exitIncomplete {
		t.Fatalf("reconcile %v: exit %d: %s", args, code, text)
	}
	var r reconciled
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return r
}

// TestReconcileFromCostExplorer: the same truth told by Cost Explorer and by a
// CUR gives the same reconciliation; planted charges are named; each request
// is counted and paid for.
func TestReconcileFromCostExplorer(t *testing.T) {
	if testing.Short() {
		t.Skip("collects a whole account")
	}
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	a, server := simulated(t, awstest.Options{Seed: 1, Rate: 0.3, Now: now})
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	plain := trueBill(t, server, from, now)
	path := filepath.Join(t.TempDir(), "cur-00001.csv")

	asksFirst(t, a, server)
	server.SetBill(append(explorerBill(plain, from, now), awstest.Charge{ // another account of the payer
		Account: awstest.MemberAccount, RecordType: "Usage", Service: "AWS Lambda", UsageType: "Request", From: from, To: now, CostUSD: decimal.New(99, 0),
	}))
	writeCUR(t, path, plain, from, now)
	byCUR := reconcileFile(t, a, "cur", path)
	byExplorer := reconcileJSON(t, a, "--cost-explorer", "--yes")
	holdsUp(t, byExplorer, plain)
	sameReconciliation(t, byExplorer, byCUR)
	if text, code := outcome(t, a, "--db", a.global.db, "reconcile", "--cost-explorer", "--max-cost", "0.03"); code != exitRefused {
		t.Errorf("at its limit: exit %d: %s", code, text)
	}
	if again := reconcileJSON(t, a, "--source", "cost-explorer"); !again.Billed.Equal(byExplorer.Billed) {
		t.Errorf("after a refused attempt the bill is %s, it was %s", again.Billed, byExplorer.Billed)
	}
	paysForRequests(t, a, server)

	planted := plant(slices.Clone(plain))
	server.SetBill(explorerBill(planted, from, now))
	byExplorer = reconcileJSON(t, a, "--cost-explorer", "--max-cost", "0.30")
	addsUp(t, byExplorer, planted)
	for _, want := range []string{"credit", "tax", "refund", "savings plan", "support", "not measured"} {
		if !slices.ContainsFunc(byExplorer.Services, func(s reconciledService) bool { return slices.Contains(s.Reasons, want) }) {
			t.Errorf("no line says %q", want)
		}
	}
	for _, s := range byExplorer.Services {
		if s.Service == "dynamodb" && s.Within {
			t.Error("3 % too much for DynamoDB's writes went unnoticed")
		}
	}
	// An export is preferred where there are both.
	if again := reconcileJSON(t, a); !again.Billed.Equal(byCUR.Billed) {
		t.Errorf("without --source %s was billed, the export says %s", again.Billed, byCUR.Billed)
	}
}

// asksFirst wants no request without an answer, and none beyond the limit.
func asksFirst(t *testing.T, a *app, server *awstest.Server) {
	t.Helper()
	for _, tt := range []struct {
		args []string
		code int
	}{
		{nil, exitRefused},
		{[]string{"--max-cost", "0.01"}, exitRefused},
		{[]string{"--max-cost", "x"}, exitUsage},
		{[]string{"--month", "2027-01", "--yes"}, exitUsage},
		{[]string{"--month", "November", "--yes"}, exitUsage},
	} {
		if _, code := outcome(t, a, append([]string{"--db", a.global.db, "reconcile", "--cost-explorer"}, tt.args...)...); code != tt.code {
			t.Errorf("reconcile --cost-explorer %v: exit %d, want %d", tt.args, code, tt.code)
		}
	}
	if n := requestsOf(server, "GetCostAndUsage"); n != 0 {
		t.Errorf("%d requests were made", n)
	}
	if text, code := outcome(t, a, "--db", a.global.db, "reconcile", "--cost-explorer", "--yes"); code != exitIncomplete {
		t.Errorf("nothing billed: exit %d: %s", code, text)
	}
}

func requestsOf(server *awstest.Server, operation string) int64 {
	n := int64(0)
	for _, in := range server.Counters().Requests[operation] {
		n += in
	}
	return n
}

// sameReconciliation compares by service and dimension.
func sameReconciliation(t *testing.T, got, want reconciled) {
	t.Helper()
	if got.Billed.Sub(want.Billed).Abs().GreaterThan(decimal.New(1, -6)) || !got.Modelled.Equal(*want.Modelled) {
		t.Errorf("billed %s and modelled %s, want %s and %s", got.Billed, got.Modelled, want.Billed, want.Modelled)
	}
	sums := func(r reconciled) map[string]decimal.Decimal {
		out := map[string]decimal.Decimal{}
		for _, l := range r.Lines {
			out[l.Service+" "+*l.Dimension+" "+l.Reason] = l.Billed
		}
		return out
	}
	g, w := sums(got), sums(want)
	for k, v := range w {
		if x, ok := g[k]; !ok || x.Sub(v).Abs().GreaterThan(decimal.New(1, -6)) {
			t.Errorf("%s: billed %s, by the CUR %s", k, x, v)
		}
	}
	if len(g) != len(w) || len(got.Services) != len(want.Services) {
		t.Errorf("%d lines of %d services, want %d of %d", len(g), len(got.Services), len(w), len(want.Services))
	}
	for i, s := range got.Services {
		if s.Service != want.Services[i].Service || s.Within != want.Services[i].Within {
			t.Errorf("%+v, want %+v", s, want.Services[i])
		}
	}
}

// paysForRequests wants every request recorded at $0.01.
func paysForRequests(t *testing.T, a *app, server *awstest.Server) {
	t.Helper()
	text, code := outcome(t, a, "--db", a.global.db, "query", "-o", "csv", "SELECT sum(requests) AS n, CAST(sum(cost_usd) AS DECIMAL(10, 2)) AS usd FROM api_calls WHERE operation = 'ce:GetCostAndUsage'")
	n := requestsOf(server, "GetCostAndUsage")
	want := decimal.New(n, 0).String() + "," + decimal.New(n, -2).StringFixed(2)
	if _, row, _ := strings.Cut(strings.TrimSpace(text), "\n"); code != exitDone || strings.TrimSpace(row) != want || n < 4 {
		t.Errorf("recorded %q, want %s", text, want)
	}
}

func TestPolicyWithCostExplorer(t *testing.T) {
	with, err := iamPolicy(nil, true)
	if err != nil {
		t.Fatal(err)
	}
	without, err := iamPolicy(nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(with), `"ce:GetCostAndUsage"`) || strings.Contains(string(without), "ce:") {
		t.Errorf("with: %s", with)
	}
}
