package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/unit"
)

//go:embed html
var assets embed.FS

// HTMLOptions are what an HTML report needs beside the analysis.
type HTMLOptions struct {
	// Version is the program's version, printed in the report.
	Version string
	// Command is the command line that makes the same report again; empty
	// leaves it out.
	Command string
	// Series returns a function's collected periods for its detail charts;
	// nil, or an empty answer, leaves them out. It is called for the dearest
	// functions only.
	Series func(model.ResourceKey) []model.SeriesPoint
}

// HTML writes the analysis as one self-contained HTML file: no network, no
// other file, readable without script. The same analysis and options give the
// same bytes. Every text of the account is escaped by html/template; the only
// texts exempt from it are this package's own style sheet and script and the
// JSON that encoding/json escaped.
func HTML(w io.Writer, a model.Analysis, opt HTMLOptions) error {
	t, err := template.ParseFS(assets, "html/*.html")
	if err != nil {
		return fmt.Errorf("reading the report's templates: %w", err)
	}
	page, err := newPage(a, opt)
	if err != nil {
		return err
	}
	var out bytes.Buffer // a template that fails is an error, not half a page
	if err := t.ExecuteTemplate(&out, "report.html", page); err != nil {
		return fmt.Errorf("filling the report's template: %w", err)
	}
	_, err = w.Write(out.Bytes())
	return err
}

// page is everything the template prints: finished texts and geometry.
type page struct {
	Title, Policy string
	Style         template.CSS
	Scripts       []template.JS
	Data          template.JS // JSON with <, > and & escaped

	Headline, Verdict string
	Scope             []fact // accounts, regions, range ...
	Figures           []figure
	Actions           []action
	Partial           string // what could be priced, where the total is unknown

	Daily     []timeChart
	Unusual   htmlTable
	Dearest   rankChart
	Costs     htmlTable
	Services  htmlTable
	Apps      htmlTable
	Resources htmlTable
	Functions htmlTable
	Details   []detail
	Hidden    int // functions without a detail
	Health    htmlTable
	Now       htmlTable // what is wrong at the end of the window
	Checked   string    // what was checked, where health was asked for
	ColdShare rankChart
	ColdHours timeChart
	Cold      htmlTable
	Servers   servers
	Savings   []action
	Potential string
	// MoreSavings is how many smaller ones are only in the data.
	MoreSavings int

	Method  []string
	Notes   []string
	Gaps    []string
	Prices  htmlTable
	Command string
	Version string
	Made    string
	Empty   bool
}

// fact is a name and a value.
type fact struct{ Name, Value string }

// figure is one of the large numbers on top.
type figure struct{ Name, Value, Note, Href string }

// action is an advice as the report prints it.
type action struct {
	Title, Function, Href, Saving, Range string
	Grade, GradeText, Effort, Risk       string
	Evidence                             []string
	Apply, Disproof                      string
}

// servers is the comparison of the account with servers.
type servers struct {
	Verdict     string
	Ranking     rankChart
	Curves      curveChart
	HasCurves   bool
	Table       htmlTable
	Assumptions []string
	Notes       []string
}

// detail is a function's own section.
type detail struct {
	Anchor, Name, Cost, Where string
	Deleted                   bool
	Facts                     []fact
	Lines                     htmlTable
	Options                   htmlTable
	Verdict                   string
	Latency                   timeChart
	HasLatency                bool
	Actions                   []action
}

// The functions that get a section of their own: the dearest, until those
// left make up less than one part in detailShare of the cost, but not fewer
// or more than this many. The others have a row in the table; so a report of
// 500 functions stays below 1 MB.
const (
	fewestDetails, mostDetails = 14, 60
	detailShare                = 100
)

// detailed is how many functions of a get a section of their own.
func detailed(a model.Analysis) int {
	n := len(a.Functions)
	if a.Total.Unknown {
		return min(n, mostDetails)
	}
	rest := a.Total.Likely
	tail := a.Total.Likely.Div(unit.QuantityOf(detailShare))
	for i, f := range a.Functions {
		if i >= mostDetails || i >= fewestDetails && rest.Cmp(tail) < 0 {
			return i
		}
		rest = rest.Sub(f.Cost.Likely)
	}
	return n
}

// savingsShown is how many recommendations are printed in full.
const savingsShown = 15

func newPage(a model.Analysis, opt HTMLOptions) (*page, error) {
	functions, err := Functions(a, FunctionOptions{})
	if err != nil {
		return nil, err
	}
	costs, err := Costs(a, CostOptions{GroupBy: "dimension"})
	if err != nil {
		return nil, err
	}
	apps, err := appsTable(a)
	if err != nil {
		return nil, err
	}
	anchors := newAnchors(a.Functions, detailed(a))
	p := &page{
		Title:    "Serverless cost report, " + window(a.Window),
		Headline: headline(a), Verdict: textsafe.Line(a.Compare.Verdict),
		Scope: scope(a, opt), Figures: figures(a),
		Daily: timeCharts(a), Dearest: functionRanking(a, &functions, anchors.list),
		Unusual:  unusualTable(a),
		Costs:    plainTable("costs", "What it costs, by service and billed dimension", &costs, nil),
		Services: servicesTable(a), Apps: apps, Resources: resourceTable(a),
		Functions: functionTable(a, &functions, anchors),
		Health:    healthTable(a, anchors),
		ColdShare: coldRanking(a, anchors.by), ColdHours: coldByHour(a),
		Cold:    coldTable(a, anchors),
		Servers: serversOf(a), Savings: actions(a.Advice[:min(savingsShown, len(a.Advice))], anchors), Potential: likely(a.Potential),
		Method: methodLines(a), Notes: footnotes(append(append([]model.Warning{}, a.Warnings...), a.Compare.Warnings...)),
		Prices: priceTable(a), Command: textsafe.Line(opt.Command), Version: cmp.Or(textsafe.Line(opt.Version), "dev"),
		Made: instant(a.GeneratedAt), Empty: len(a.Functions) == 0,
	}
	if h := a.Health; h.Resources > 0 {
		p.Now = nowTable(a, anchors)
		p.Checked = fmt.Sprintf("%s at the end of the period, of %s checked against %d rules.",
			countOf(len(h.Findings), "thing is wrong", "things are wrong"), countOf(h.Resources, "resource", "resources"), h.Rules)
	}
	p.Actions = actions(firstOfEach(a.Advice, firstActions), anchors)
	for _, g := range a.Gaps {
		p.Gaps = append(p.Gaps, textsafe.Line(GapText(g)))
	}
	if a.Total.Unknown {
		p.Partial = "The price book lacks a price: see the footnotes. What could be priced comes to " + money(Priced(a)) + "."
	}
	costTexts := functions.column(pick(&functions, "cost_usd")[0], true)
	for i, f := range a.Functions[:anchors.sections] {
		p.Details = append(p.Details, newDetail(a, f, costTexts[i], anchors, i, opt))
	}
	p.MoreSavings = len(a.Advice) - len(p.Savings)
	p.Hidden = len(a.Functions) - len(p.Details)
	return p, p.addAssets(a)
}

// addAssets fills in style, scripts, data and the policy that allows exactly
// these scripts.
func (p *page) addAssets(a model.Analysis) error {
	style, err := readAssets("html/vendor/uPlot.min.css", "html/style.css")
	if err != nil {
		return err
	}
	plot, err := readAssets("html/vendor/uPlot.iife.min.js")
	if err != nil {
		return err
	}
	licence, err := readAssets("html/vendor/LICENSE.uPlot")
	if err != nil {
		return err
	}
	own, err := readAssets("html/report.js")
	if err != nil {
		return err
	}
	// Its first line is a comment with an address; the licence stands instead.
	_, plot, _ = strings.Cut(plot, "\n")
	plot = "/* uPlot 1.6.32\n" + licence + "*/\n" + plot
	data, err := dataJSON(a)
	if err != nil {
		return err
	}
	// The files are this package's own, embedded at build time.
	p.Style = template.CSS(style)                                  //nolint:gosec
	p.Scripts = []template.JS{template.JS(plot), template.JS(own)} //nolint:gosec
	p.Data = template.JS(data)                                     //nolint:gosec
	hashes := make([]string, len(p.Scripts))
	for i, s := range p.Scripts {
		sum := sha256.Sum256([]byte(s))
		hashes[i] = "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	p.Policy = "default-src 'none'; style-src 'unsafe-inline'; script-src " + strings.Join(hashes, " ") + "; img-src data:; base-uri 'none'; form-action 'none'"
	return nil
}

func readAssets(names ...string) (string, error) {
	var b strings.Builder
	for _, n := range names {
		text, err := assets.ReadFile(n)
		if err != nil {
			return "", fmt.Errorf("reading the report's assets: %w", err)
		}
		b.Write(text)
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

func scope(a model.Analysis, opt HTMLOptions) []fact {
	facts := []fact{
		{"Period", window(a.Window)},
		{"Accounts", joined(a.Accounts)},
		{"Regions", joined(a.Regions)},
		{"Collected", instant(a.CollectedAt)},
		{"Prices", "book " + textsafe.Line(a.Book.Version)},
		{"Coverage", percent(a.Coverage.Metrics) + " metrics, " + percent(a.Coverage.Reports) + " reports"},
	}
	if !a.Collecting.IsZero() {
		facts = append(facts, fact{"Note", "a collection has been running since " + instant(a.Collecting)})
	}
	return facts
}

func joined[S ~string](list []S) string {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = textsafe.Line(string(s))
	}
	return cmp.Or(strings.Join(texts, ", "), dash)
}

// figures are the numbers on top.
func figures(a model.Analysis) []figure {
	var all functionSum
	all.cost, all.monthly = a.Total, a.Monthly
	for _, f := range a.Functions {
		all.add(f)
	}
	best := figure{"Cheapest alternative", dash, "no option was priced", "#servers"}
	if len(a.Compare.Options) > 1 {
		if o := a.Compare.Options[1]; !o.Monthly.Unknown {
			best.Value, best.Note = likely(o.Monthly), optionName(o)+", a month"
		}
	}
	cold := dash
	if all.reports > 0 {
		cold = percent(ratio(all.cold, all.reports))
	}
	return []figure{
		{"Cost in this period", likely(a.Total), spreadText(a.Total), "#cost"},
		{"A month (730 h)", likely(a.Monthly), spreadText(a.Monthly), "#cost"},
		{"Can be saved a month", likely(a.Potential), "all advice followed together", "#savings"},
		best,
		{"Invocations", compact(float64(all.invocations)), count(all.invocations), "#functions"},
		{"Functions", count(int64(len(a.Functions))), resourcesNote(a), "#functions"},
		{"Errors", percentOf(all.errors, all.invocations), count(all.errors) + " errors, " + count(all.throttles) + " throttled", "#health"},
		{"Cold starts", cold, "where REPORT lines tell: " + percent(a.Coverage.Reports), "#cold"},
	}
}

// resourcesNote says what there is beside functions.
func resourcesNote(a model.Analysis) string {
	if len(a.Resources) == 0 {
		return "in " + joined(a.Regions)
	}
	return fmt.Sprintf("and %s of %s", countOf(len(a.Resources), "resource", "resources"), countOf(len(a.Services)-1, "service", "services"))
}

func percentOf(part, whole int64) string {
	if whole == 0 {
		return dash
	}
	return percent(ratio(part, whole))
}

// spreadText says how far a cost may lie from its likely amount.
func spreadText(c model.Cost) string {
	switch {
	case c.Unknown:
		return "a price is missing"
	case c.Exact():
		return "exact"
	}
	places := placesFor(c.Likely)
	b := bounds(c, c.Likely.Round(places), places)
	if b == "" {
		return "exact to the cent"
	}
	return "between " + strings.NewReplacer("–", " and ", " (", "", ")", "").Replace(b)
}

var grades = map[string]string{"A": "measured", "B": "fitted to measurements", "C": "typical of many", "D": "a guess within bounds"}

func actions(advice []model.Advice, anchors anchors) []action {
	out := make([]action, len(advice))
	for i, ad := range advice {
		out[i] = action{
			Title: textsafe.Line(titled(ad)), Function: textsafe.Line(ad.Resource.Name), Href: anchors.by[string(ad.Resource.ID)],
			Saving: likely(ad.Saving), Grade: textsafe.Line(ad.Confidence), GradeText: grades[ad.Confidence],
			Effort: textsafe.Line(ad.Effort), Risk: textsafe.Line(ad.Risk), Apply: textsafe.Block(ad.Apply), Disproof: textsafe.Line(ad.Disproof),
		}
		if !ad.Saving.Unknown && ad.Saving.Likely.IsZero() {
			out[i].Saving = "safety"
		} else if !ad.Saving.Unknown {
			out[i].Range = spreadText(ad.Saving)
		}
		for _, e := range ad.Evidence {
			out[i].Evidence = append(out[i].Evidence, textsafe.Line(e))
		}
	}
	return out
}

// firstActions is how many pieces of advice stand beside the verdict.
const firstActions = 3

// firstOfEach is the first n pieces of advice about different resources.
func firstOfEach(advice []model.Advice, n int) []model.Advice {
	seen := map[unit.ResourceID]bool{}
	var out []model.Advice
	for _, ad := range advice {
		if len(out) < n && !seen[ad.Resource.ID] {
			seen[ad.Resource.ID] = true
			out = append(out, ad)
		}
	}
	return out
}

func serversOf(a model.Analysis) servers {
	s := servers{Verdict: textsafe.Line(a.Compare.Verdict), Ranking: optionRanking("options", a.Compare), Table: optionTable("servers", "Ways to run it, each for 730 hours", a.Compare.Options, a.Compare.Options)}
	s.Curves, s.HasCurves = breakEven("breakeven", a.Compare)
	for _, x := range a.Compare.Assumptions {
		s.Assumptions = append(s.Assumptions, textsafe.Line(x))
	}
	s.Notes = footnotes(a.Compare.Warnings)
	return s
}
