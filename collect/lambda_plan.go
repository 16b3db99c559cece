package collect

import (
	"context"
	"fmt"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/store"
)

// planLambda counts what collectLambda would ask for. It lists functions, log
// groups and metrics, which is free, and writes nothing.
func planLambda(ctx context.Context, t *target, st Store, p *Plan) error {
	f := newLambdaFleet(t)
	refs, err := f.loadForPlan(ctx, st)
	if err != nil {
		return err
	}
	fns, err := f.listForPlan(ctx)
	if err != nil {
		return err
	}
	ledger := planLedger{store: st, target: t, refs: refs}
	metrics, err := ledger.wants(ctx, f, fns)
	if err != nil {
		return err
	}
	account := t.accountSubject()
	accountWants, err := ledger.lacking(ctx, account)
	if err != nil {
		return err
	}
	if err := t.planMetrics(append(metrics, accountWants...), p); err != nil {
		return err
	}
	if t.reports() == ReportsInsights {
		return f.planQueries(ctx, fns, &ledger, p)
	}
	return nil
}

// planLedger reads the ledger for functions that may not be stored yet.
type planLedger struct {
	store  Store
	target *target
	refs   map[string]store.Ref
}

// missing is what the ledger lacks of one resource; everything, if it is not
// stored.
func (l *planLedger) missing(ctx context.Context, group string, ref store.Ref, known bool, w model.Window) ([]model.Window, error) {
	if !known || l.store == nil {
		return []model.Window{w}, nil
	}
	lacking, err := l.store.Missing(ctx, group, []store.Ref{ref}, w)
	if err != nil {
		return nil, fmt.Errorf("reading the ledger: %w", err)
	}
	return lacking[ref], nil
}

func (l *planLedger) wants(ctx context.Context, f *lambdaFleet, fns []*function) ([]want, error) {
	var out []want
	for _, fn := range fns {
		ref, known := l.refs[fn.res.Key.Name]
		ws, err := l.missing(ctx, store.LambdaMetrics.Group, ref, known, f.Window)
		if err != nil {
			return nil, err
		}
		out = append(out, l.target.cut(f.subject(fn), ws)...)
	}
	return out, nil
}

func (l *planLedger) lacking(ctx context.Context, s *subject) ([]want, error) {
	ws, err := l.missing(ctx, s.group, s.ref, s.ref != 0, l.target.Window)
	if err != nil {
		return nil, err
	}
	return l.target.cut(s, ws), nil
}

// loadForPlan reads the stored inventory with its ids.
func (f *lambdaFleet) loadForPlan(ctx context.Context, st Store) (map[string]store.Ref, error) {
	refs := map[string]store.Ref{}
	if st == nil {
		return refs, nil
	}
	all, err := st.Resources(ctx, lambdaName)
	if err != nil {
		return nil, fmt.Errorf("reading the stored inventory: %w", err)
	}
	f.keep(all)
	for name, fn := range f.stored {
		refs[name] = fn.ref
	}
	return refs, nil
}

// listForPlan lists functions as a run would, without details that take a
// call each.
func (f *lambdaFleet) listForPlan(ctx context.Context) ([]*function, error) {
	if err := f.listRare(ctx); err != nil {
		return nil, err
	}
	if err := f.listLogGroups(ctx); err != nil {
		return nil, err
	}
	mapped, err := f.mappings(ctx)
	if err != nil {
		return nil, err
	}
	var out []*function
	listed := map[string]bool{}
	err = f.pages(ctx, mapped, func(page []*function) error {
		for _, fn := range page {
			listed[fn.res.Key.Name] = true
		}
		out = append(out, page...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	rest, err := f.unlistedFunctions(ctx, listed)
	return append(out, rest...), err
}

// planQueries counts the Insights queries and estimates what they scan: of
// each log group's bytes the share that the window has of their age.
func (f *lambdaFleet) planQueries(ctx context.Context, fns []*function, ledger *planLedger, p *Plan) error {
	window := f.reportWindow()
	if empty(window) {
		return nil
	}
	groups := f.groups.value
	shared := sharedGroups(fns)
	var wants []reportWant
	bytes := 0.0
	for _, fn := range fns {
		if fn.unreadable(groups, shared) != "" {
			continue
		}
		ref, known := ledger.refs[fn.res.Key.Name]
		ws, err := ledger.missing(ctx, reportGroup, ref, known, window)
		if err != nil {
			return err
		}
		for _, w := range ws {
			w = hours(w)
			wants = append(wants, reportWant{fn, w, w})
			bytes += groups[fn.config.LogGroup].bytesIn(w, f.Now)
		}
	}
	if len(wants) > 0 {
		queries := int64(len(planQueries(wants)))
		p.add(f.target, opStartQuery, queries, int64(bytes), 0, "estimated from the size of the log groups")
	}
	return nil
}

// bytesIn estimates the stored bytes that lie in w, as if they had come
// evenly since the group was created or its retention began.
func (g logGroup) bytesIn(w model.Window, now time.Time) float64 {
	oldest := g.created
	if g.retention > 0 {
		oldest = later(oldest, now.Add(-g.retention))
	}
	age := now.Sub(oldest)
	if age <= 0 {
		return float64(g.storedBytes)
	}
	part := intersect(w, model.Window{From: oldest, To: now})
	if empty(part) {
		return 0
	}
	return float64(g.storedBytes) * float64(part.To.Sub(part.From)) / float64(age)
}
