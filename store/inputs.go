package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// InputsRequest says what an analysis is to be about.
type InputsRequest struct {
	Window model.Window // whole hours, UTC
	Now    time.Time
	// Accounts and Regions restrict it; none means all.
	Accounts []unit.AccountID
	Regions  []unit.Region
	// Metrics asks for every statistic of every resource over the window;
	// without, those that count how often a resource was used are read alone.
	Metrics bool
	// Recent is how far back from the window's end every resource's hours are
	// read, for health; 0: not at all.
	Recent time.Duration
}

// querier is a reader's pool or a writer's connection.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Inputs answers with everything an analysis needs.
func (r *Reader) Inputs(ctx context.Context, q InputsRequest) (model.Inputs, error) {
	in, err := readInputs(ctx, r.db, q)
	in.CollectedAt, in.Collecting = r.state.CollectedAt, r.state.CollectingSince
	if err != nil {
		return in, fmt.Errorf("reading %s: %w", r.path, plain(err))
	}
	return in, nil
}

// Inputs is what Reader.Inputs will answer once the writer has closed.
// Refresh comes first.
func (w *Writer) Inputs(ctx context.Context, q InputsRequest) (model.Inputs, error) {
	var in model.Inputs
	err := w.eased(ctx, func() (err error) {
		in, err = readInputs(ctx, w.conn, q)
		return err
	})
	return in, w.fail("reading for the analysis", err)
}

// Extent is the time from the first to the last hour with anything to bill;
// false if there is none.
func (w *Writer) Extent(ctx context.Context) (model.Window, bool, error) {
	var from, to sql.NullTime
	err := w.conn.QueryRowContext(ctx, extentQuery()).Scan(&from, &to)
	return model.Window{From: from.Time.UTC(), To: to.Time.UTC()}, from.Valid && to.Valid, w.fail("reading the extent of the data", err)
}

// reading collects the parts of an answer by ref.
type reading struct {
	ctx   context.Context //nolint:containedctx // one call's state
	q     querier
	req   InputsRequest
	byRef map[Ref]*model.FunctionInput
	// resources are those of every other service.
	resources map[Ref]*model.ResourceInput
	in        *model.Inputs
}

func readInputs(ctx context.Context, q querier, req InputsRequest) (model.Inputs, error) {
	in := model.Inputs{Window: req.Window, Now: req.Now}
	r := &reading{ctx: ctx, q: q, req: req, byRef: map[Ref]*model.FunctionInput{}, resources: map[Ref]*model.ResourceInput{}, in: &in}
	refs, err := r.inventory()
	if err != nil {
		return in, fmt.Errorf("inventory: %w", err)
	}
	parts := []struct {
		name string
		read func() error
	}{
		{"versions", r.versions},
		{"usage", r.usage},
		{"metered usage", r.metered},
		{"metered days", r.meteredDays},
		{"metrics", r.summaries},
		{"edges", r.edges},
		{"signals", r.signals},
		{"rare signals", r.rareSignals},
		{"cold starts", r.coldStarts},
		{"profiles", r.profiles},
		{"days", r.days},
		{"hours", r.hours},
		{"gaps", r.gaps},
		{"calls", r.calls},
		{"sources", r.sources},
		{"decisions about advice", r.decisions},
	}
	for _, p := range parts {
		if err := p.read(); err != nil {
			return in, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	for _, ref := range refs {
		f := r.byRef[ref]
		r.finish(f)
		in.Functions = append(in.Functions, *f)
	}
	slices.SortFunc(in.Functions, func(a, b model.FunctionInput) int { return compareKeys(a.Key, b.Key) })
	r.finishResources()
	if err := r.recent(); err != nil {
		return in, fmt.Errorf("recent hours: %w", err)
	}
	r.coverage()
	return in, nil
}

// each runs a question over the window and calls scan for every row.
func (r *reading) each(name string, scan func(*sql.Rows) error, args ...any) error {
	if len(args) == 0 {
		args = []any{r.req.Window.From.UTC(), r.req.Window.To.UTC()}
	}
	rows, err := r.q.QueryContext(r.ctx, question(name), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (r *reading) wanted(k model.ResourceKey) bool {
	return (len(r.req.Accounts) == 0 || slices.Contains(r.req.Accounts, k.Account)) &&
		(len(r.req.Regions) == 0 || slices.Contains(r.req.Regions, k.Region))
}

// inventory reads every resource and returns the refs of Lambda functions.
func (r *reading) inventory() ([]Ref, error) {
	var refs []Ref
	rows, err := r.q.QueryContext(r.ctx, question("resources"))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var ref Ref
		f := &model.FunctionInput{}
		var tags, origin, config string
		var first, last, valid time.Time
		if err := rows.Scan(&ref, &f.Key.Account, &f.Key.Region, &f.Key.Service, &f.Key.ID, &f.Key.Name, &f.App,
			&tags, &origin, &f.Deleted, &first, &last, &config, &valid); err != nil {
			return nil, err
		}
		if f.Key.ID == "" || !r.wanted(f.Key) {
			continue
		}
		if err := json.Unmarshal([]byte(tags), &f.Tags); err != nil {
			return nil, fmt.Errorf("tags of %s: %w", f.Key.ID, err)
		}
		if f.Key.Service == lambdaService {
			r.byRef[ref] = f
			refs = append(refs, ref)
		} else {
			r.resource(ref, f.Key, f.App, config, f.Deleted, first, last, valid, f.Tags)
		}
		if !slices.Contains(r.in.Accounts, f.Key.Account) {
			r.in.Accounts = append(r.in.Accounts, f.Key.Account)
		}
		if !slices.Contains(r.in.Regions, f.Key.Region) {
			r.in.Regions = append(r.in.Regions, f.Key.Region)
		}
	}
	slices.Sort(r.in.Accounts)
	slices.Sort(r.in.Regions)
	return refs, rows.Err()
}

// versions reads every configuration, oldest first; the last one holds.
func (r *reading) versions() error {
	rows, err := r.q.QueryContext(r.ctx, question("versions"))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var ref Ref
		var valid time.Time
		var config string
		if err := rows.Scan(&ref, &valid, &config); err != nil {
			return err
		}
		f := r.byRef[ref]
		if f == nil {
			continue
		}
		c := model.FunctionConfig{ReservedConcurrency: -1}
		if err := json.Unmarshal([]byte(config), &c); err != nil {
			return fmt.Errorf("configuration of %s: %w", f.Key.ID, err)
		}
		c.ValidFrom = valid.UTC()
		f.History = append(f.History, c)
		f.Config = c
	}
	return rows.Err()
}

func (r *reading) usage() error {
	return r.each("lambda_usage_months", func(rows *sql.Rows) error {
		var ref Ref
		var inside bool
		var durationMs, provisionedMs duckdb.Decimal
		var u model.LambdaUsage
		var initMs float64
		if err := rows.Scan(&ref, &u.Month, &inside, &u.Architecture, &u.EphemeralStorage, &u.Memory, &u.MemoryKnown,
			&u.ExactRequests, &u.ExactBilledMs, &u.MetricRequests, &durationMs, &u.ProvisionedRequests, &provisionedMs,
			&u.ProvisionedSplitExact, &u.ProvisionedMs, &u.Restores, &u.MetricColdLow, &u.MetricColdLikely, &u.MetricColdHigh, &initMs); err != nil {
			return err
		}
		f := r.byRef[ref]
		if f == nil {
			return nil
		}
		u.Month = u.Month.UTC()
		u.MetricDurationMs, u.ProvisionedDurationMs = durationMs.Float64(), provisionedMs.Float64()
		u.MetricInitMs = initMs
		f.Months = addUsage(f.Months, u)
		if inside {
			f.InWindow = append(f.InWindow, u)
		}
		return nil
	})
}

// addUsage adds u to the entry of the same month, size and architecture.
func addUsage(list []model.LambdaUsage, u model.LambdaUsage) []model.LambdaUsage {
	for i := range list {
		o := &list[i]
		if !o.Month.Equal(u.Month) || o.Architecture != u.Architecture || o.EphemeralStorage != u.EphemeralStorage ||
			o.Memory != u.Memory || o.MemoryKnown != u.MemoryKnown {
			continue
		}
		o.ExactRequests += u.ExactRequests
		o.ExactBilledMs += u.ExactBilledMs
		o.MetricRequests += u.MetricRequests
		o.MetricDurationMs += u.MetricDurationMs
		o.ProvisionedRequests += u.ProvisionedRequests
		o.ProvisionedDurationMs += u.ProvisionedDurationMs
		o.ProvisionedSplitExact = o.ProvisionedSplitExact && u.ProvisionedSplitExact
		o.ProvisionedMs += u.ProvisionedMs
		o.Restores += u.Restores
		o.MetricColdLow += u.MetricColdLow
		o.MetricColdLikely += u.MetricColdLikely
		o.MetricColdHigh += u.MetricColdHigh
		return list
	}
	return append(list, u)
}

func compareKeys(a, b model.ResourceKey) int {
	for _, c := range []int{
		cmpStrings(a.Account, b.Account), cmpStrings(a.Region, b.Region), cmpStrings(a.Name, b.Name), cmpStrings(a.ID, b.ID),
	} {
		if c != 0 {
			return c
		}
	}
	return 0
}

func cmpStrings[T ~string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
