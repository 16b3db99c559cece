package collect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/store"
)

const reportGroup = "lambda-reports"

// reportQueue remembers what metrics told about whose REPORT lines there are
// to read.
type reportQueue struct {
	mu        sync.Mutex
	functions []*function
	heard     map[store.Ref][]life
}

// life is a window that was probed, and the part of it with invocations.
type life struct{ cover, alive model.Window }

func (q *reportQueue) add(fns []*function) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.functions = append(q.functions, fns...)
}

func (q *reportQueue) hear(ref store.Ref, cover, alive model.Window) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.heard == nil {
		q.heard = map[store.Ref][]life{}
	}
	q.heard[ref] = append(q.heard[ref], life{cover, alive})
}

// alive is the part of w that may hold REPORT lines: where a probe of this
// run covers w, only that part of it with invocations and the hour after, in
// which the last of them may end.
func (q *reportQueue) alive(ref store.Ref, w model.Window) model.Window {
	covered := model.Window{}
	out := model.Window{From: w.To, To: w.From}
	lives := slices.Clone(q.heard[ref])
	slices.SortFunc(lives, func(a, b life) int { return a.cover.From.Compare(b.cover.From) })
	for _, l := range lives {
		if empty(covered) {
			covered = l.cover
		} else if !l.cover.From.After(covered.To) {
			covered.To = later(covered.To, l.cover.To)
		}
		if !empty(l.alive) {
			out = span(out, model.Window{From: l.alive.From, To: l.alive.To.Add(time.Hour)})
		}
	}
	if covered.From.After(w.From) || covered.To.Before(w.To) {
		return w
	}
	return intersect(hours(out), w)
}

// reportWant is a function's window of REPORT lines to be read.
type reportWant struct {
	fn           *function
	cover, alive model.Window
}

// collectReports reads what REPORT lines the ledger lacks, after the metrics
// told where to look.
func (f *lambdaFleet) collectReports(ctx context.Context) error {
	if f.target.reports() == ReportsOff {
		return nil
	}
	wants, err := f.missingReports(ctx)
	if err != nil || len(wants) == 0 {
		return err
	}
	if f.target.reports() == ReportsFilter {
		return f.filterReports(ctx, wants)
	}
	return f.queryReports(ctx, wants)
}

// missingReports asks the ledger what is lacking, and says of each function
// whose lines cannot be had why not.
func (f *lambdaFleet) missingReports(ctx context.Context) ([]reportWant, error) {
	groups, err := f.groups.get(ctx)
	if err != nil {
		return nil, err
	}
	window := f.reportWindow()
	if empty(window) {
		return nil, nil
	}
	fns := f.queue.functions
	refs := make([]store.Ref, len(fns))
	for i, fn := range fns {
		refs[i] = fn.ref
	}
	var lacking map[store.Ref][]model.Window
	err = f.sink.do(ctx, func(ctx context.Context, st Store) (err error) {
		lacking, err = st.Missing(ctx, reportGroup, refs, window)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the ledger: %w", err)
	}
	shared := sharedGroups(fns)
	var out []reportWant
	var fetches []store.Fetch
	var gaps []model.Gap
	for _, fn := range fns {
		reason := fn.unreadable(groups, shared)
		for _, w := range lacking[fn.ref] {
			r := reportWant{fn, hours(w), f.queue.alive(fn.ref, hours(w))}
			switch {
			case empty(r.alive):
				fetches = append(fetches, f.reportFetch(fn, r.cover))
			case reason != "":
				fetches = append(fetches, f.reportFetch(fn, r.cover))
				gaps = append(gaps, f.reportGap(fn, r.alive, reason))
			default:
				if g, ok := f.expired(r, groups); ok {
					gaps = append(gaps, g)
				}
				out = append(out, r)
			}
		}
	}
	f.mu.Lock()
	f.gaps = append(f.gaps, gaps...)
	f.mu.Unlock()
	return out, f.putReports(ctx, fetches, nil, gaps)
}

// reportWindow is the run's window in full hours, less the unfinished one.
func (f *lambdaFleet) reportWindow() model.Window {
	return model.Window{From: f.Window.From.Truncate(time.Hour), To: earlier(f.Window.To, f.Now).Truncate(time.Hour)}
}

// expired is the gap of lines that the log group no longer keeps.
func (f *lambdaFleet) expired(r reportWant, groups map[string]logGroup) (model.Gap, bool) {
	g, ok := groups[r.fn.config.LogGroup]
	if !ok || g.retention == 0 {
		return model.Gap{}, false
	}
	edge := f.Now.Add(-g.retention)
	if !r.alive.From.Before(edge) {
		return model.Gap{}, false
	}
	lost := model.Window{From: r.alive.From, To: earlier(edge, r.alive.To)}
	return f.reportGap(r.fn, lost, fmt.Sprintf("cold starts unknown: log group %s keeps %d days", g.name, int(g.retention.Hours()/24))), true
}

// sharedGroups names the log groups into which several functions write: their
// sums cannot be told apart.
func sharedGroups(fns []*function) map[string]bool {
	count := map[string]int{}
	for _, fn := range fns {
		count[fn.config.LogGroup]++
	}
	out := map[string]bool{}
	for g, n := range count {
		if n > 1 {
			out[g] = true
		}
	}
	return out
}

// unreadable says why a function's REPORT lines cannot be had, "" if they
// can. Unknown log groups (the permission is missing) are tried.
func (fn *function) unreadable(groups map[string]logGroup, shared map[string]bool) string {
	g := fn.config.LogGroup
	switch {
	case fn.config.ReportsDropped:
		return "cold starts unknown: the system log level of the function drops REPORT lines (set it to INFO)"
	case shared[g]:
		return "cold starts unknown: several functions write into log group " + g
	case groups != nil && groups[g].name == "":
		return "cold starts unknown: there is no log group " + g
	}
	return ""
}

func (f *lambdaFleet) reportFetch(fn *function, w model.Window) store.Fetch {
	return store.Fetch{
		Account: f.account, Region: f.region, Resource: fn.ref, Group: reportGroup,
		Window: w, SettledTo: f.settledTo(w, f.reportSettle()), At: f.Now,
	}
}

func (f *lambdaFleet) reportGap(fn *function, w model.Window, reason string) model.Gap {
	return model.Gap{
		Account: f.account, Region: f.region, Service: lambdaName, Resource: fn.res.Key.ID,
		Metric: model.MetricReport, From: w.From, To: w.To, Reason: reason,
	}
}

func (f *lambdaFleet) putReports(ctx context.Context, fetches []store.Fetch, hours []store.ReportHour, gaps []model.Gap) error {
	if len(fetches) == 0 && len(gaps) == 0 {
		return nil
	}
	return f.sink.post(ctx, func(ctx context.Context, st Store) error {
		if err := st.PutReportHours(ctx, fetches, hours); err != nil {
			return fmt.Errorf("writing REPORT sums: %w", err)
		}
		if len(gaps) == 0 {
			return nil
		}
		return st.PutGaps(ctx, gaps)
	})
}

const (
	// queryGroups is how many log groups one Insights query may name
	// (CloudWatch Logs quotas).
	queryGroups = 50
	// queryRows is the most rows that Insights returns.
	queryRows = 10_000
	// plannedRows leaves room for hours with two memory sizes.
	plannedRows = 8_000
	// queriesAtOnce stays under the 30 concurrent queries that every account
	// may run.
	queriesAtOnce = 20
)

// query is one Insights query to come: sums by hour over some functions.
type query struct {
	wants  []reportWant
	json   bool
	window model.Window // what is read
	ledger model.Window // what is then known
}

// queryReports plans the queries and runs some of them at a time.
func (f *lambdaFleet) queryReports(ctx context.Context, wants []reportWant) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(queriesAtOnce)
	queries := planQueries(wants)
	for _, q := range queries {
		f.progress.plan(len(q.wants))
	}
	for _, q := range queries {
		g.Go(func() error { return f.runQuery(ctx, q) })
	}
	return g.Wait()
}

// planQueries groups functions whose lacking window and log format are alike
// and cuts their window so that no answer is too long.
func planQueries(wants []reportWant) []query {
	slices.SortStableFunc(wants, func(a, b reportWant) int {
		return cmp.Or(a.cover.From.Compare(b.cover.From), a.cover.To.Compare(b.cover.To),
			strings.Compare(a.fn.config.LogFormat, b.fn.config.LogFormat),
			a.alive.From.Compare(b.alive.From), strings.Compare(a.fn.res.Key.Name, b.fn.res.Key.Name))
	})
	var out []query
	for i := 0; i < len(wants); {
		j := i + 1
		for j < len(wants) && j-i < queryGroups && wants[j].cover == wants[i].cover &&
			wants[j].fn.config.LogFormat == wants[i].fn.config.LogFormat {
			j++
		}
		out = append(out, sliceQuery(wants[i:j])...)
		i = j
	}
	return out
}

func sliceQuery(wants []reportWant) []query {
	whole := query{wants: wants, json: wants[0].fn.config.LogFormat == "JSON", window: wants[0].alive, ledger: wants[0].cover}
	for _, w := range wants {
		whole.window = span(whole.window, w.alive)
	}
	step := time.Duration(plannedRows/len(wants)) * time.Hour
	return whole.slices(step)
}

// slices cuts a query into parts of at most step. What lies before the first
// and after the last part is known with them.
func (q query) slices(step time.Duration) []query {
	var out []query
	for from := q.window.From; from.Before(q.window.To); from = from.Add(step) {
		part := q
		part.window = model.Window{From: from, To: earlier(from.Add(step), q.window.To)}
		part.ledger = part.window
		out = append(out, part)
	}
	out[0].ledger.From = q.ledger.From
	out[len(out)-1].ledger.To = q.ledger.To
	return out
}

// runQuery runs a query, in halves if its answer was too long, and stores
// what it says.
func (f *lambdaFleet) runQuery(ctx context.Context, q query) error {
	rows, err := f.ask(ctx, q)
	if err != nil {
		return f.giveUpReports(ctx, q, err)
	}
	if len(rows) >= queryRows {
		for _, half := range q.halves() {
			if err := f.runQuery(ctx, half); err != nil {
				return err
			}
		}
		return nil
	}
	hours, err := f.reportHours(q, rows)
	if err != nil {
		return f.giveUpReports(ctx, q, err)
	}
	fetches := make([]store.Fetch, len(q.wants))
	for i, w := range q.wants {
		fetches[i] = f.reportFetch(w.fn, q.ledger)
	}
	f.progress.done(len(q.wants))
	return f.putReports(ctx, fetches, hours, nil)
}

// halves cuts a query in two: its window, or its functions if the window is
// an hour. A single function's single hour cannot have too many rows.
func (q query) halves() []query {
	n := int(q.window.To.Sub(q.window.From) / time.Hour)
	if n > 1 {
		return q.slices(time.Duration((n+1)/2) * time.Hour)
	}
	a, b := q, q
	a.wants, b.wants = q.wants[:len(q.wants)/2], q.wants[len(q.wants)/2:]
	return []query{a, b}
}

// giveUpReports leaves a query's windows open for the next run.
func (f *lambdaFleet) giveUpReports(ctx context.Context, q query, err error) error {
	if fatal(err) {
		return err
	}
	reason, action := reasonOf(err)
	fetches := make([]store.Fetch, len(q.wants))
	gaps := make([]model.Gap, len(q.wants))
	for i, w := range q.wants {
		fetches[i] = f.reportFetch(w.fn, q.ledger)
		fetches[i].Open, fetches[i].Reason, fetches[i].Action = true, reason, action
		gaps[i] = f.reportGap(w.fn, q.window, reason)
	}
	f.progress.done(len(q.wants))
	return f.openGaps(ctx, fetches, gaps)
}
