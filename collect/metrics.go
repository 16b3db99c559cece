package collect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/store"
)

// aliveFunc hears in which part of a window a subject was alive.
type aliveFunc func(s *subject, cover, alive model.Window)

// collectMetrics brings every subject's metrics up to date. Subjects come in
// lists, as discovery finds them; the channel's end ends the work. Four
// stages run side by side, joined by channels of a few batches, so that a
// fast network cannot outrun the database:
//
//	what the ledger lacks -> probe -> full batches -> pages to the database
func (t *target) collectMetrics(ctx context.Context, subjects <-chan []*subject, heard aliveFunc) error {
	g, ctx := errgroup.WithContext(ctx)
	probes := make(chan *batch)
	wants := make(chan []want, 4)
	batches := make(chan *batch)

	g.Go(func() error {
		defer close(probes)
		return t.planProbes(ctx, subjects, probes, wants)
	})
	g.Go(func() error {
		defer close(wants)
		return workers(ctx, t.concurrency(), probes, func(ctx context.Context, b *batch) error {
			return t.probe(ctx, b, wants, heard)
		})
	})
	g.Go(func() error {
		defer close(batches)
		return pack(ctx, wants, batches)
	})
	g.Go(func() error {
		return workers(ctx, t.concurrency(), batches, t.fetchAndStore)
	})
	return g.Wait()
}

// workers runs do for everything that comes, n at a time, until the channel
// ends.
func workers[T any](ctx context.Context, n int, in <-chan T, do func(context.Context, T) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for range n {
		g.Go(func() error {
			for {
				v, ok := receive(ctx, in)
				if !ok {
					return ctx.Err()
				}
				if err := do(ctx, v); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}

// receive takes the next value; false at the channel's or the context's end.
func receive[T any](ctx context.Context, in <-chan T) (T, bool) {
	select {
	case v, ok := <-in:
		return v, ok
	case <-ctx.Done():
		var zero T
		return zero, false
	}
}

func send[T any](ctx context.Context, out chan<- T, v T) error {
	select {
	case out <- v:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// planProbes turns subjects into probes of what the ledger lacks of them.
// Subjects without a probe go on as they are.
func (t *target) planProbes(ctx context.Context, subjects <-chan []*subject, probes chan<- *batch, wants chan<- []want) error {
	p := newPacker(func(b *batch) error { return send(ctx, probes, b) })
	for {
		list, ok := receive(ctx, subjects)
		if !ok {
			break
		}
		missing, err := t.missing(ctx, list)
		if err != nil {
			return err
		}
		t.progress.plan(len(missing))
		var direct []want
		for i := range missing {
			w := &missing[i]
			if w.subject.probe == nil {
				w.series = w.subject.series(w.cover)
				direct = append(direct, *w)
				continue
			}
			if err := p.add(probeOf(*w)); err != nil {
				return err
			}
		}
		if len(direct) > 0 {
			if err := send(ctx, wants, direct); err != nil {
				return err
			}
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return p.flush()
}

// missing asks the ledger what of the run's window it lacks, and cuts that
// into segments.
func (t *target) missing(ctx context.Context, list []*subject) ([]want, error) {
	if len(list) == 0 {
		return nil, nil
	}
	byRef := make(map[store.Ref]*subject, len(list))
	refs := make([]store.Ref, len(list))
	for i, s := range list {
		refs[i], byRef[s.ref] = s.ref, s
	}
	var lacking map[store.Ref][]model.Window
	err := t.sink.do(ctx, func(ctx context.Context, st Store) (err error) {
		lacking, err = st.Missing(ctx, list[0].group, refs, t.Window)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the ledger: %w", err)
	}
	var out []want
	for _, ref := range refs {
		out = append(out, t.cut(byRef[ref], lacking[ref])...)
	}
	return out, nil
}

// cut makes wants of the windows that a subject lacks, each at the period
// that its age allows.
func (t *target) cut(s *subject, lacking []model.Window) []want {
	var out []want
	for _, w := range lacking {
		for _, seg := range segments(w, t.Now, cmp.Or(s.period, t.Period)) {
			out = append(out, want{subject: s, cover: seg.Window, alive: seg.Window, period: seg.period})
		}
	}
	return out
}

// probeOf is the want that finds out where w is alive. Its cover stays the
// final one; its alive window is what is asked for.
func probeOf(w want) want {
	p := w
	p.period = probePeriod(segment{w.cover, w.period})
	if p.period != w.period {
		p.alive = hours(w.cover)
	}
	one := *w.subject.probe
	p.series = []series{one}
	p.final = w.period
	return p
}

// probe asks where the subjects of b were alive. The dead are done; the
// living go on with a window trimmed to their life.
func (t *target) probe(ctx context.Context, b *batch, wants chan<- []want, heard aliveFunc) error {
	if err := t.memory.Acquire(ctx, b.weight()); err != nil {
		return err
	}
	a, failed, err := t.fetch(ctx, b)
	t.memory.Release(b.weight())
	if err != nil {
		return t.giveUp(ctx, b.wants, err)
	}
	defer a.release()
	if ready := b.wants[0].subject.ready; ready != nil {
		if err := ready(ctx); err != nil {
			return err
		}
	}
	if len(failed) > 0 {
		if err := t.giveUp(ctx, pick(b.wants, failed), errIncomplete); err != nil {
			return err
		}
	}
	var living []want
	var dead []store.MetricBlock
	next := 0
	for i := range b.wants {
		if next < len(failed) && failed[next] == i {
			next++
			continue
		}
		w := &b.wants[i]
		column := a.columns[i][w.subject.probe.column]
		life := aliveIn(b.window.From, b.period, column, w.subject.present)
		if w.subject.restless {
			life = w.cover
		}
		if heard != nil {
			heard(w.subject, w.cover, life)
		}
		if empty(life) {
			dead = append(dead, t.emptyBlock(w.subject, w.cover, w.final))
			continue
		}
		living = append(living, w.full(life, b, column))
	}
	if err := t.storeBlocks(ctx, b.wants[0].subject.table, dead, nil); err != nil {
		return err
	}
	t.progress.done(len(dead))
	if len(living) == 0 {
		return nil
	}
	return send(ctx, wants, living)
}

// full is what remains to be asked for after the probe w brought column over
// b's window. Life is widened by an hour, or a longer period of its own, to
// which it stays aligned: a metric may carry the instant at which an execution
// ends rather than begins.
func (w *want) full(life model.Window, b *batch, column []float64) want {
	margin := max(time.Hour, w.subject.period)
	life = model.Window{From: life.From.Add(-margin), To: life.To.Add(margin)}
	out := w.rest()
	out.alive = intersect(life, w.cover)
	if w.final == b.period {
		known := append([]float64(nil), cut(column, b.window, b.period, w.cover)...)
		out.known = map[int][]float64{w.subject.probe.column: known}
	}
	return out
}

// rest is the want that follows a probe, over all of its cover: everything,
// less the probe's own series where that was asked for at the final period.
func (w *want) rest() want {
	out := want{subject: w.subject, cover: w.cover, alive: w.cover, period: w.final}
	for _, s := range w.subject.series(w.cover) {
		if w.final != w.period || s.column != w.subject.probe.column {
			out.series = append(out.series, s)
		}
	}
	return out
}

// pack fills batches with wants as they come.
func pack(ctx context.Context, wants <-chan []want, batches chan<- *batch) error {
	p := newPacker(func(b *batch) error { return send(ctx, batches, b) })
	for {
		list, ok := receive(ctx, wants)
		if !ok {
			break
		}
		for i := range list {
			if err := p.add(list[i]); err != nil {
				return err
			}
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return p.flush()
}

// errIncomplete is a series that AWS itself reports as not complete.
var errIncomplete = errors.New("cloudwatch could not complete the series")

// fetchAndStore asks for a batch and hands its columns to the database. The
// batch's memory is held until it is written.
func (t *target) fetchAndStore(ctx context.Context, b *batch) error {
	weight := b.weight()
	if err := t.memory.Acquire(ctx, weight); err != nil {
		return err
	}
	a, failed, err := t.fetch(ctx, b)
	if err != nil {
		t.memory.Release(weight)
		return t.giveUp(ctx, b.wants, err)
	}
	release := func() {
		a.release()
		t.memory.Release(weight)
	}
	if len(failed) > 0 {
		if err := t.giveUp(ctx, pick(b.wants, failed), errIncomplete); err != nil {
			release()
			return err
		}
	}
	blocks := t.blocks(b, a, failed)
	err = t.storeBlocks(ctx, b.wants[0].subject.table, blocks, release)
	t.progress.done(len(b.wants) - len(failed))
	return err
}

// blocks makes the store's blocks of a batch: for each want its columns, and
// nothing before and after where the probe saw no life.
func (t *target) blocks(b *batch, a *answers, failed []int) []store.MetricBlock {
	out := make([]store.MetricBlock, 0, len(b.wants))
	next := 0
	for i := range b.wants {
		if next < len(failed) && failed[next] == i {
			next++
			continue
		}
		w := &b.wants[i]
		body := intersect(b.window, w.cover)
		block := t.emptyBlock(w.subject, body, b.period)
		for c := range block.Columns {
			if k, ok := w.known[c]; ok {
				block.Columns[c] = cut(k, w.cover, b.period, body)
			} else {
				block.Columns[c] = cut(a.columns[i][c], b.window, b.period, body)
			}
		}
		if w.cover.From.Before(body.From) {
			out = append(out, t.emptyBlock(w.subject, model.Window{From: w.cover.From, To: body.From}, b.period))
		}
		out = append(out, block)
		if body.To.Before(w.cover.To) {
			out = append(out, t.emptyBlock(w.subject, model.Window{From: body.To, To: w.cover.To}, b.period))
		}
	}
	return out
}

func (t *target) emptyBlock(s *subject, w model.Window, period time.Duration) store.MetricBlock {
	settle := t.settle()
	if s.period > 0 {
		settle = max(settle, 2*s.period) // S3's storage of a day arrives within the next
	}
	return store.MetricBlock{
		Resource: s.ref, Window: w, Period: period,
		Columns: make([][]float64, s.width), SettledTo: t.settledTo(w, settle),
	}
}

// settledTo is the instant up to which a window read now can no longer
// change: full hours, so that every period is aligned to it.
func (t *target) settledTo(w model.Window, settle time.Duration) time.Time {
	s := earlier(t.Now.Add(-settle).Truncate(time.Hour), w.To)
	return later(s, w.From)
}

// storeBlocks queues blocks for the database; after runs when they are
// written (or the run has failed).
func (t *target) storeBlocks(ctx context.Context, table string, blocks []store.MetricBlock, after func()) error {
	if len(blocks) == 0 {
		if after != nil {
			after()
		}
		return nil
	}
	return t.sink.queue(ctx, sinkJob{metrics: &metricsJob{table: table, blocks: blocks, after: after}})
}

// giveUp writes down that wants were not answered, so that the next run asks
// again, and goes on, unless err concerns the whole run.
func (t *target) giveUp(ctx context.Context, wants []want, err error) error {
	if fatal(err) {
		return err
	}
	reason, action := reasonOf(err)
	fetches := make([]store.Fetch, len(wants))
	gaps := make([]model.Gap, len(wants))
	for i := range wants {
		w := &wants[i]
		fetches[i] = store.Fetch{
			Account: t.account, Region: t.region, Resource: w.subject.ref, Group: w.subject.group,
			Window: w.cover, Open: true, Reason: reason, Action: action, At: t.Now,
		}
		gaps[i] = model.Gap{
			Account: t.account, Region: t.region, Service: w.subject.res.Key.Service, Resource: w.subject.res.Key.ID,
			Metric: opGetMetricData.Action, From: w.cover.From, To: w.cover.To, Reason: reason,
		}
	}
	t.progress.done(len(wants))
	return t.openGaps(ctx, fetches, gaps)
}

func pick(ws []want, at []int) []want {
	out := make([]want, len(at))
	for i, n := range at {
		out[i] = ws[n]
	}
	return out
}
