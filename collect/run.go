package collect

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// run is one collection: what its targets share.
type run struct {
	Options
	tally    *tally
	memory   *semaphore.Weighted // points between question and database
	sink     *sink
	progress *meter

	mu   sync.Mutex
	gaps []model.Gap
	lost []model.Gap // accounts that could not be entered
}

// Result is what a run did.
type Result struct {
	Accounts []unit.AccountID
	Regions  []unit.Region
	// Resources were looked at; Points came over the wire.
	Resources int
	Points    int64
	// Calls made, summed by account, region and operation.
	Calls []store.Call
	// Spent on calls, as far as the prices are known; Unpriced names the
	// regions and dimensions whose price the book lacks.
	Spent    unit.USD
	Unpriced []string
	// Gaps opened by this run: data that should be there and is not.
	Gaps []model.Gap
}

// Collector asks the accounts and regions of its options.
type Collector struct {
	run  *run
	list []*target
}

// New reads the SDK's configuration and asks whose credentials these are. The
// error is ErrNoRegion or wraps ErrCredentials where a caller can do
// something about it.
func New(ctx context.Context, o Options) (*Collector, error) {
	for _, name := range o.Only {
		if !slices.ContainsFunc(services(), func(s *service) bool { return s.name == name }) {
			return nil, fmt.Errorf("unknown service %q: want %s", name, strings.Join(ServiceNames(), ", "))
		}
	}
	r := &run{
		Options: o, tally: newTally(&o),
		memory: semaphore.NewWeighted(flightPoints),
	}
	r.progress = newMeter(o.Progress, r.tally)
	list, err := r.targets(ctx)
	if err != nil {
		return nil, err
	}
	return &Collector{run: r, list: list}, nil
}

// Run collects into st, for which the caller has begun a run, what its ledger
// lacks. Accounts and regions are
// collected side by side; what one of them cannot give becomes a gap and does
// not stop the others. The error wraps ErrCredentials, ErrBudget or the
// context's error where that is the cause; the Result is valid with it.
func (c *Collector) Run(ctx context.Context, st Store) (*Result, error) {
	r := c.run
	if err := c.checkBudget(ctx, st); err != nil {
		return c.result(), err
	}
	// Answers are short-lived and large beside what lives: collecting them
	// twice as often halves the memory for a few per cent of the time.
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	r.gaps = slices.Clone(r.lost) // and none of a plan's
	work, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// The sink outlives the work: it writes what was fetched, and a
	// cancelled context still lets it record the calls made.
	r.sink = newSink(work, st, r.tally, r.Now, cancel)
	if len(r.lost) > 0 {
		lost := r.lost
		err := r.sink.post(work, func(ctx context.Context, st Store) error { return st.PutGaps(ctx, lost) })
		if err != nil {
			return c.result(), err
		}
	}
	g, gctx := errgroup.WithContext(work)
	for _, t := range c.list {
		for _, s := range services() {
			if r.wants(s.name) {
				g.Go(func() error { return t.collect(gctx, s) })
			}
		}
	}
	err := g.Wait()
	if cause := context.Cause(work); cause != nil && ctx.Err() == nil {
		err = cause // the database's error, not its echo in the workers
	}
	if serr := r.sink.close(context.WithoutCancel(ctx)); err == nil {
		err = serr
	}
	r.progress.finish()
	return c.result(), err
}

// collect runs one service on one target. A target that cannot be reached at
// all is a gap, not the end of the others.
func (t *target) collect(ctx context.Context, s *service) error {
	err := s.collect(ctx, t)
	if err == nil || fatal(err) {
		return err
	}
	var f *Failure
	if !errors.As(err, &f) {
		return err
	}
	return t.gapFor(ctx, s.name, f.Operation, err)
}

// fatal reports whether err ends the whole run.
func fatal(err error) bool {
	var f *Failure
	if !errors.As(err, &f) {
		return !errors.Is(err, errIncomplete) // the context's, the database's, or the budget's
	}
	return f.kind == kindCredentials || f.kind == kindClock || f.kind == kindCancelled
}

// reasonOf says in a line why data is missing and, for a missing permission,
// which IAM action would bring it.
func reasonOf(err error) (reason, action string) {
	var f *Failure
	if errors.As(err, &f) && f.kind == kindDenied {
		action = f.Operation
	}
	return err.Error(), action
}

// gapFor records that a whole operation on this target gave nothing.
func (t *target) gapFor(ctx context.Context, service, operation string, err error) error {
	if fatal(err) {
		return err
	}
	reason, action := reasonOf(err)
	return t.openGaps(ctx, []store.Fetch{{
		Account: t.account, Region: t.region, Group: service + "-" + operation,
		Window: t.Window, Open: true, Reason: reason, Action: action, At: t.Now,
	}}, []model.Gap{{
		Account: t.account, Region: t.region, Service: service,
		Metric: operation, From: t.Window.From, To: t.Window.To, Reason: reason,
	}})
}

// openGaps writes open ledger entries and their gaps, and keeps the gaps for
// the run's result.
func (t *target) openGaps(ctx context.Context, fetches []store.Fetch, gaps []model.Gap) error {
	t.mu.Lock()
	t.gaps = append(t.gaps, gaps...)
	t.mu.Unlock()
	if t.sink == nil {
		return nil // planning: nothing is written
	}
	return t.sink.post(ctx, func(ctx context.Context, st Store) error {
		if err := st.PutFetches(ctx, fetches); err != nil {
			return fmt.Errorf("writing the ledger: %w", err)
		}
		if err := st.PutGaps(ctx, gaps); err != nil {
			return fmt.Errorf("writing gaps: %w", err)
		}
		return nil
	})
}

func (c *Collector) result() *Result {
	r := c.run
	out := &Result{Calls: r.tally.all(r.Now)}
	for _, t := range c.list {
		if !slices.Contains(out.Accounts, t.account) {
			out.Accounts = append(out.Accounts, t.account)
		}
		if !slices.Contains(out.Regions, t.region) {
			out.Regions = append(out.Regions, t.region)
		}
	}
	_, out.Points, out.Spent = r.tally.sums()
	out.Resources = r.progress.found()
	out.Unpriced = r.tally.unpriced()
	r.mu.Lock()
	out.Gaps = append(out.Gaps, r.gaps...)
	r.mu.Unlock()
	sortGaps(out.Gaps)
	return out
}

func sortGaps(gaps []model.Gap) {
	slices.SortFunc(gaps, func(a, b model.Gap) int {
		for _, c := range []int{
			strings.Compare(string(a.Account), string(b.Account)), strings.Compare(string(a.Region), string(b.Region)),
			strings.Compare(a.Service, b.Service), strings.Compare(a.Metric, b.Metric),
			strings.Compare(string(a.Resource), string(b.Resource)), a.From.Compare(b.From),
		} {
			if c != 0 {
				return c
			}
		}
		return 0
	})
}

// meter counts progress and passes it on, from one goroutine at a time.
type meter struct {
	mu    sync.Mutex
	hear  func(Progress)
	tally *tally
	now   Progress
}

func newMeter(hear func(Progress), t *tally) *meter { return &meter{hear: hear, tally: t} }

func (m *meter) update(change func(*Progress)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(&m.now)
	if m.hear == nil {
		return
	}
	m.now.Requests, m.now.Points, m.now.Spent = m.tally.sums()
	m.hear(m.now)
}

func (m *meter) find(n int) { m.update(func(p *Progress) { p.Found += n }) }
func (m *meter) done(n int) { m.update(func(p *Progress) { p.Done += n }) }
func (m *meter) plan(n int) { m.update(func(p *Progress) { p.Parts += n }) }
func (m *meter) finish()    { m.update(func(p *Progress) { p.Finished = true }) }

func (m *meter) found() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now.Found
}
