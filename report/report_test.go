package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/modeltest"
	"github.com/breakeven-dev/breakeven/model/unit"
)

var update = flag.Bool("update", false, "rewrite golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s", path, got)
	}
}

// views are all tables of an analysis, by file name.
func views(t *testing.T, a model.Analysis) map[string]Table {
	t.Helper()
	must := func(v Table, err error) Table {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	return map[string]Table{
		"cost":       must(Costs(a, CostOptions{})),
		"cost-top":   must(Costs(a, CostOptions{Top: 3})),
		"cost-day":   must(Costs(a, CostOptions{GroupBy: "day"})),
		"cost-app":   must(Costs(a, CostOptions{GroupBy: "app", Top: 4})),
		"functions":  must(Functions(a, FunctionOptions{})),
		"calls":      must(Functions(a, FunctionOptions{Sort: "calls", Top: 4})),
		"coldstarts": ColdStarts(a),
		"compare":    Compare(a, a.Compare, "The account"),
		"recommend":  Recommendations(a, RecommendOptions{}),
	}
}

func write(t *testing.T, v Table, format string, width int) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, v, format, Layout{Width: width}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGoldenTables(t *testing.T) {
	for name, v := range views(t, modeltest.Analysis()) {
		golden(t, name+".80.txt", write(t, v, "table", 80))
		golden(t, name+".txt", write(t, v, "table", 0))
		golden(t, name+".wide.txt", write(t, v, "wide", 0))
		golden(t, name+".md", write(t, v, "markdown", 0))
		golden(t, name+".csv", write(t, v, "csv", 0))
		golden(t, name+".json", write(t, v, "json", 0))
	}
	golden(t, "unpriced.txt", write(t, views(t, modeltest.Unpriced())["cost"], "table", 80))
}

func TestGoldenDocuments(t *testing.T) {
	var md bytes.Buffer
	if err := Markdown(&md, modeltest.Analysis()); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.md", md.String())
}

func TestTablesFitTheTerminal(t *testing.T) {
	for name, v := range views(t, modeltest.Analysis()) {
		for _, width := range []int{80, 100, 120, 200} {
			for _, line := range strings.Split(write(t, v, "table", width), "\n") {
				if n := ansi.StringWidth(line); n > width {
					t.Errorf("%s at %d: %d columns: %s", name, width, n, line)
				}
			}
		}
	}
}

// TestPrintedPartsSum adds what is printed: lines to functions, functions to
// services, those to the total.
func TestPrintedPartsSum(t *testing.T) {
	for seed := range uint64(40) {
		a := randomAnalysis(seed)
		v, err := Costs(a, CostOptions{})
		if err != nil {
			t.Fatal(err)
		}
		col := pick(&v, "cost_usd")[0]
		costs := make([]model.Cost, len(v.Rows))
		for i, r := range v.Rows {
			costs[i] = r.Cells[col].(model.Cost)
		}
		places := placesFor(a.Total.Likely)
		rounded := roundTree(v.Rows, costs, &a.Total, places)
		checkLevel(t, v.Rows, rounded, 0, len(v.Rows), 0, a.Total.Likely.Round(places))
		for i := range rounded {
			if off := rounded[i].Sub(costs[i].Likely); larger(off, off).Cmp(lastPlace(places)) >= 0 {
				t.Errorf("seed %d row %d: %s printed as %s", seed, i, costs[i].Likely, rounded[i])
			}
		}
	}
}

func checkLevel(t *testing.T, rows []Row, got []unit.USD, from, to, depth int, want unit.USD) {
	t.Helper()
	sum, found := unit.USD{}, false
	for i := from; i < to; i++ {
		if rows[i].Depth != depth {
			continue
		}
		sum, found = sum.Add(got[i]), true
		end := i + 1
		for end < to && rows[end].Depth > depth {
			end++
		}
		checkLevel(t, rows, got, i+1, end, depth+1, got[i])
	}
	if found && sum.Cmp(want) != 0 {
		t.Errorf("rows %d to %d at depth %d print as %s, not %s", from, to, depth, sum, want)
	}
}

// randomAnalysis has a few services with functions whose lines are awkward
// thirds and sevenths of dollars.
func randomAnalysis(seed uint64) model.Analysis {
	r := rand.New(rand.NewPCG(seed, 1))
	a := model.Analysis{Total: model.Exactly(unit.USD{})}
	for s := range 1 + r.IntN(3) {
		service := model.ServiceCost{Service: fmt.Sprint("service", s), Cost: model.Exactly(unit.USD{})}
		for f := range 1 + r.IntN(9) {
			fn := model.Function{Key: model.ResourceKey{Service: service.Service, Name: fmt.Sprint("f", f)}, Cost: model.Exactly(unit.USD{})}
			for range 1 + r.IntN(4) {
				c := model.Exactly(unit.USDFromFloat(float64(r.IntN(3_000_000)) / float64(1+r.IntN(70_000))).Round(12))
				fn.LineItems = append(fn.LineItems, model.LineItem{Dimension: "x", Cost: c})
				fn.Cost = fn.Cost.Add(c)
			}
			service.Cost = service.Cost.Add(fn.Cost)
			a.Functions = append(a.Functions, fn)
		}
		a.Services = append(a.Services, service)
		a.Total = a.Total.Add(service.Cost)
	}
	return a
}

func TestApportion(t *testing.T) {
	for _, c := range []struct{ total, parts, want string }{
		{"1.00", "0.333333 0.333333 0.333334", "0.33 0.33 0.34"},
		{"0.03", "0.005 0.005 0.02", "0.01 0 0.02"},
		{"10", "2.505 2.505 2.505 2.485", "2.5 2.51 2.51 2.48"},
		{"0", "", ""},
		{"-0.01", "-0.005 -0.005", "-0.01 0"},
		{"5.00", "1.111 1.111", "1.11 1.11"}, // not a sum: left as they are
	} {
		var parts []unit.USD
		for _, p := range strings.Fields(c.parts) {
			parts = append(parts, unit.MustUSD(p))
		}
		var got []string
		sum := unit.USD{}
		for _, u := range apportionTo(unit.MustUSD(c.total).Round(2), unit.MustUSD(c.total), parts, 2) {
			got, sum = append(got, u.String()), sum.Add(u)
		}
		exact := unit.USD{}
		for _, p := range parts {
			exact = exact.Add(p)
		}
		if exact.Cmp(unit.MustUSD(c.total)) == 0 && sum.Cmp(unit.MustUSD(c.total).Round(2)) != 0 {
			t.Errorf("apportionTo(%s, %s) = %v, which sums to %s", c.total, c.parts, got, sum)
		}
		if len(got) != len(strings.Fields(c.want)) {
			t.Errorf("apportionTo(%s, %s) = %v", c.total, c.parts, got)
		}
	}
}

func TestMoney(t *testing.T) {
	spread := func(low, likely, high string) model.Cost {
		return model.Cost{Low: unit.MustUSD(low), Likely: unit.MustUSD(likely), High: unit.MustUSD(high)}
	}
	for _, c := range []struct {
		cost model.Cost
		want string
	}{
		{model.UnknownCost, "–"},
		{model.Exactly(unit.USD{}), "$0.00"},
		{model.Exactly(unit.MustUSD("1234567.894")), "$1,234,567.89"},
		{model.Exactly(unit.MustUSD("-3.5")), "-$3.50"},
		{model.Exactly(unit.MustUSD("0.0000213")), "$0.0000213"},
		{model.Exactly(unit.MustUSD("0.0312")), "$0.0312"},
		{spread("11.9", "12.3", "12.8"), "$12.30 (11.90–12.80)"},
		{spread("-4", "11", "18"), "$11.00 (-4.00–18.00)"},
		{spread("12.301", "12.302", "12.303"), "$12.30"},
	} {
		if got := money(c.cost); got != c.want {
			t.Errorf("money(%v) = %q, want %q", c.cost, got, c.want)
		}
	}
}

func TestUnknownIsNeverZero(t *testing.T) {
	v := views(t, modeltest.Unpriced())["functions"]
	var doc struct {
		Total     *float64 `json:"total_usd"`
		Functions []struct {
			Name string   `json:"name"`
			Cost *float64 `json:"cost_usd"`
			Cold *float64 `json:"cold_start_share"`
		} `json:"functions"`
	}
	if err := json.Unmarshal([]byte(write(t, v, "json", 0)), &doc); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, f := range doc.Functions {
		if f.Name == "image-resize" && f.Cost == nil || f.Name == "invoice-pdf" && f.Cold == nil {
			seen++
		}
	}
	if doc.Total != nil || seen != 2 {
		t.Errorf("total %v, %d nulls where something is unknown", doc.Total, seen)
	}
}

func TestDataAddsUp(t *testing.T) {
	a := modeltest.Analysis()
	v := views(t, a)["cost"]
	rows, err := csv.NewReader(strings.NewReader(write(t, v, "csv", 0))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := -1
	for i, k := range rows[0] {
		if k == "cost_usd" {
			at = i
		}
	}
	sum := unit.USD{}
	for _, r := range rows[1:] {
		sum = sum.Add(unit.MustUSD(r[at]))
	}
	if sum.Cmp(a.Total.Likely) != 0 {
		t.Errorf("the CSV adds up to %s, not %s", sum, a.Total.Likely)
	}
	days := unit.USD{}
	for _, d := range DailyCosts(a) {
		days = days.Add(d.Cost.Likely)
	}
	if days.Cmp(a.Total.Likely) != 0 {
		t.Errorf("the days add up to %s, not %s", days, a.Total.Likely)
	}
}

func TestKeysAreSnakeCaseWithUnits(t *testing.T) {
	for name, v := range views(t, modeltest.Analysis()) {
		for _, c := range v.Columns {
			if strings.ToLower(c.Key) != c.Key || strings.ContainsAny(c.Key, " -") {
				t.Errorf("%s: key %q", name, c.Key)
			}
			if (c.Kind == Money || c.Kind == Price) && !strings.HasSuffix(c.Key, "_usd") || c.Kind == Millis && !strings.HasSuffix(c.Key, "_ms") || c.Kind == Memory && !strings.HasSuffix(c.Key, "_mb") {
				t.Errorf("%s: key %q lacks its unit", name, c.Key)
			}
		}
		for _, r := range v.Rows {
			if len(r.Cells) != len(v.Columns) {
				t.Fatalf("%s: %d cells under %d columns", name, len(r.Cells), len(v.Columns))
			}
		}
	}
}

func TestHostileNamesStayText(t *testing.T) {
	for name, v := range views(t, modeltest.Analysis()) {
		for _, format := range []string{"table", "wide", "csv", "markdown"} {
			for _, r := range write(t, v, format, 80) {
				if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
					t.Errorf("%s as %s holds %U", name, format, r)
				}
			}
		}
		if md := write(t, v, "markdown", 0); strings.Contains(md, "<script") || strings.Contains(md, "feed|pipe") {
			t.Errorf("%s: markup of a name survives in Markdown", name)
		}
	}
	if got := csvText("=cmd|'/c calc'!A1"); got != "'=cmd|'/c calc'!A1" {
		t.Errorf("a formula in CSV: %s", got)
	}
}

func TestRefusals(t *testing.T) {
	if _, err := Costs(modeltest.Empty(), CostOptions{GroupBy: "colour"}); err == nil {
		t.Error("grouping by colour is accepted")
	}
	if _, err := Functions(modeltest.Empty(), FunctionOptions{Sort: "luck"}); err == nil {
		t.Error("sorting by luck is accepted")
	}
	if err := Write(&bytes.Buffer{}, Table{Name: "x"}, "pdf", Layout{}); err == nil {
		t.Error("PDF is accepted")
	}
}

func TestJSONKeepsEveryKeyOnce(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, modeltest.Analysis()); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"generated_at", "price_book", "warnings", "warning_details", "schema_version"} {
		if n := strings.Count(b.String(), "\n  \""+key+"\":"); n != 1 {
			t.Errorf("%q stands %d times", key, n)
		}
	}
	var back model.Analysis
	if err := json.Unmarshal(b.Bytes(), &struct {
		*model.Analysis
		Warnings []string `json:"warnings"`
	}{Analysis: &back}); err != nil || len(back.Functions) != 14 {
		t.Errorf("%d functions come back (%v)", len(back.Functions), err)
	}
}
