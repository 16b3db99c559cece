package collect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"golang.org/x/sync/errgroup"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// roster describes a service whose resources come from list calls and whose
// measures are the columns of wide tables: every service but Lambda.
type roster struct {
	// name as in the usage file ("sqs").
	name string
	// operations that list and describe make.
	operations []*Operation
	// list calls found with the target's resources, page by page. It sets Key,
	// Config, ValidFrom and, where a list call brings them, Tags; the rest is
	// set by the engine. What it could not describe it reports with tolerate.
	list func(ctx context.Context, t *target, found func([]store.Resource) error) error
	// measures tells which metrics a resource has.
	measures func(r *store.Resource) []measure
	// listFirst is true where the list calls tell which metrics a resource has
	// by now: then measuring does not start from the stored inventory.
	listFirst bool
	// recall, if not nil, makes the resource of a dimension set of its probe
	// that no list call shows any more; false if it is not a resource's.
	recall func(t *target, dims map[string]string) (store.Resource, bool)
	// recallFrom is recall for services of several tables, and for those whose
	// dimensions do not lead to the id: known tells whether any resource that
	// was listed or is stored matches.
	recallFrom func(t *target, table *store.MetricTable, dims map[string]string, known func(func(*model.ResourceKey) bool) bool) (store.Resource, bool)
}

// measure is a wide table that a resource has metrics for.
type measure struct {
	table *store.MetricTable
	dims  []dimension
	// has, if not nil, tells which columns the resource can have; the probe is
	// asked for in any case.
	has func(*store.MetricColumn) bool
	// restless is true where the probe does not show all of a resource's life.
	restless bool
}

// registerRoster makes the service known.
func registerRoster(r *roster) *roster {
	register(&service{
		name:       r.name,
		operations: append([]*Operation{opGetResources}, r.operations...),
		collect:    func(ctx context.Context, t *target) error { return newMuster(r, t).collect(ctx) },
		plan: func(ctx context.Context, t *target, st Store, p *Plan) error {
			return newMuster(r, t).plan(ctx, st, p)
		},
	})
	return r
}

// muster is one service's collection on one target.
type muster struct {
	*roster
	*target
	stored map[unit.ResourceID]store.Resource // as the database knew them
	passed map[unit.ResourceID]bool           // sent on to be measured
	found  []model.ResourceKey                // by a list call
	queues map[*store.MetricTable]chan []*subject
	fresh  bool // the stored inventory is young enough as it is
}

func newMuster(r *roster, t *target) *muster {
	return &muster{
		roster: r, target: t,
		stored: map[unit.ResourceID]store.Resource{}, passed: map[unit.ResourceID]bool{},
		queues: map[*store.MetricTable]chan []*subject{},
	}
}

// collect starts measuring from the stored inventory at once, while discovery
// refreshes it and sends on what is new.
func (m *muster) collect(ctx context.Context) error {
	var all []store.Resource
	err := m.sink.do(ctx, func(ctx context.Context, st Store) (err error) {
		all, err = st.Resources(ctx, m.name)
		return err
	})
	if err != nil {
		return fmt.Errorf("reading the stored inventory: %w", err)
	}
	newest := m.keep(all)
	m.fresh = m.InventoryAge > 0 && newest.Add(m.InventoryAge).After(m.Now)
	g, gctx := errgroup.WithContext(ctx)
	for _, table := range store.TablesOf(m.name) {
		queue := make(chan []*subject, 4)
		m.queues[table] = queue
		g.Go(func() error { return m.collectMetrics(gctx, queue, nil) })
	}
	g.Go(func() error {
		err := m.discover(gctx)
		for _, queue := range m.queues {
			close(queue)
		}
		return err
	})
	return g.Wait()
}

// keep takes this target's part of the stored inventory.
func (m *muster) keep(all []store.Resource) (newest time.Time) {
	for _, r := range all {
		if r.Key.Account != m.account || r.Key.Region != m.region {
			continue
		}
		m.stored[r.Key.ID] = r
		if r.Origin == originLists {
			newest = later(newest, r.SeenAt)
		}
	}
	return newest
}

// lingers is how long a deleted resource is asked for: what it did last may
// arrive late.
const lingers = 48 * time.Hour

// discover sends the resources of this target on, the stored ones first, or
// those that are left last where listing tells more of them.
func (m *muster) discover(ctx context.Context) error {
	if m.listFirst && !m.fresh {
		if err := m.inventory(ctx); err != nil {
			return err
		}
		return m.pass(ctx, m.cached())
	}
	if err := m.pass(ctx, m.cached()); err != nil || m.fresh {
		return err
	}
	return m.inventory(ctx)
}

// cached are the stored resources that may still have metrics.
func (m *muster) cached() []store.Resource {
	var out []store.Resource
	for _, id := range sortedKeys(m.stored) {
		if r := m.stored[id]; !r.Deleted || r.SeenAt.Add(lingers).After(m.Now) {
			out = append(out, r)
		}
	}
	return out
}

// inventory brings the stored inventory up to date and sends on what is new.
func (m *muster) inventory(ctx context.Context) error {
	tags, err := m.tagged(ctx)
	if err != nil {
		return err
	}
	listed := map[unit.ResourceID]bool{}
	err = m.list(ctx, m.target, func(page []store.Resource) error {
		for i := range page {
			m.complete(&page[i], tags)
			listed[page[i].Key.ID] = true
			m.found = append(m.found, page[i].Key)
		}
		return m.accept(ctx, page)
	})
	if err != nil {
		return m.gapFor(ctx, m.name, operationNamed(err, m.name+":List"), err)
	}
	if err := m.markDeleted(ctx, listed); err != nil {
		return err
	}
	return m.recallDeleted(ctx, listed)
}

// operationNamed is the operation that err concerns.
func operationNamed(err error, otherwise string) string {
	var fail *Failure
	if errors.As(err, &fail) {
		return fail.Operation
	}
	return otherwise
}

// complete sets what is the same for every service.
func (m *muster) complete(r *store.Resource, tags map[unit.ResourceID]map[string]string) {
	r.Key.Account, r.Key.Region, r.Key.Service = m.account, m.region, m.name
	r.SeenAt, r.Origin = m.Now, originLists
	switch old, known := m.stored[r.Key.ID]; {
	case r.Tags != nil:
	case tags != nil:
		r.Tags = tags[r.Key.ID]
	case known:
		r.Tags = old.Tags // could not be read this time
	}
	r.App = appOf(r.Tags)
	if old, known := m.stored[r.Key.ID]; known && m.wasUnread(r.Key.ID) {
		r.Config, r.ValidFrom = old.Config, old.ValidFrom
	}
}

// accept stores a page and sends on what was not sent from the stored
// inventory.
func (m *muster) accept(ctx context.Context, page []store.Resource) error {
	if len(page) == 0 {
		return nil
	}
	err := m.sink.do(ctx, func(ctx context.Context, st Store) error {
		refs, err := st.PutResources(ctx, page)
		for i := range refs {
			page[i].Ref = refs[i]
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("writing the inventory: %w", err)
	}
	return m.pass(ctx, page)
}

// pass sends resources on to have their metrics fetched, each once a run.
func (m *muster) pass(ctx context.Context, rs []store.Resource) error {
	subjects := map[*store.MetricTable][]*subject{}
	n := 0
	for i := range rs {
		if m.passed[rs[i].Key.ID] {
			continue
		}
		m.passed[rs[i].Key.ID] = true
		n++
		for _, s := range m.subjects(&rs[i]) {
			subjects[s.of] = append(subjects[s.of], s)
		}
	}
	m.progress.find(n)
	for _, table := range store.TablesOf(m.name) {
		if list := subjects[table]; len(list) > 0 {
			if err := send(ctx, m.queues[table], list); err != nil {
				return err
			}
		}
	}
	return nil
}

// subjects are a resource as the engine sees it, one for each table.
func (m *muster) subjects(r *store.Resource) []*subject {
	var out []*subject
	for _, me := range m.measures(r) {
		s := &subject{
			res: *r, ref: r.Ref, of: me.table, table: me.table.Name, group: me.table.Group,
			width: len(me.table.Columns), period: me.table.Period, present: me.table.Present, restless: me.restless,
			series: func(model.Window) []series { return me.series() },
		}
		for _, one := range me.series() {
			if me.table.Columns[one.column].Name == me.table.Probe {
				s.probe = &one
				break
			}
		}
		out = append(out, s)
	}
	return out
}

// series lists the statistics of a measure, those of a metric side by side.
func (me *measure) series() []series {
	var out []series
	for c := range me.table.Columns {
		col := &me.table.Columns[c]
		if me.has != nil && col.Name != me.table.Probe && !me.has(col) {
			continue
		}
		dims := me.dims
		if col.Dimension != "" {
			dims = append(append([]dimension{}, dims...), dimension{col.Dimension, col.Value})
		}
		out = append(out, series{namespace: me.table.Namespace, metric: col.Metric, stat: col.Stat, dims: dims, column: c})
	}
	return out
}

// markDeleted writes down which stored resources are no longer listed.
func (m *muster) markDeleted(ctx context.Context, listed map[unit.ResourceID]bool) error {
	var gone []store.Resource
	for _, id := range sortedKeys(m.stored) {
		if r := m.stored[id]; !listed[id] && !r.Deleted && r.Origin == originLists && !m.wasUnread(id) {
			r.Deleted = true
			gone = append(gone, r)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return m.sink.post(ctx, func(ctx context.Context, st Store) error {
		_, err := st.PutResources(ctx, gone)
		return err
	})
}

// recallDeleted sends on resources that no list call shows but that ListMetrics,
// which is free, remembers: they stand on this month's bill.
func (m *muster) recallDeleted(ctx context.Context, listed map[unit.ResourceID]bool) error {
	found, err := m.recalled(ctx, listed)
	if err != nil {
		return m.gapFor(ctx, m.name, operationNamed(err, opListMetrics.Action), err)
	}
	return m.accept(ctx, found)
}

// recalled lists the resources that only ListMetrics remembers.
func (m *muster) recalled(ctx context.Context, listed map[unit.ResourceID]bool) ([]store.Resource, error) {
	if m.recall == nil && m.recallFrom == nil {
		return nil, nil
	}
	var out []store.Resource
	seen := map[unit.ResourceID]bool{}
	for _, table := range store.TablesOf(m.name) {
		probe := table.Column(table.Probe)
		if probe == nil {
			continue
		}
		err := m.listDimensions(ctx, table.Namespace, probe.Metric, func(dims map[string]string) {
			r, ok := m.recallOne(table, dims)
			if !ok || listed[r.Key.ID] || seen[r.Key.ID] || m.stored[r.Key.ID].Key.ID != "" {
				return
			}
			seen[r.Key.ID] = true
			r.Key.Account, r.Key.Region, r.Key.Service = m.account, m.region, m.name
			r.SeenAt, r.Origin, r.Deleted = m.Now, originMetric, true
			out = append(out, r)
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// recallOne makes the resource of a dimension set of a table's probe.
func (m *muster) recallOne(table *store.MetricTable, dims map[string]string) (store.Resource, bool) {
	if m.recallFrom == nil {
		return m.recall(m.target, dims)
	}
	return m.recallFrom(m.target, table, dims, func(match func(*model.ResourceKey) bool) bool {
		for _, r := range m.stored {
			if match(&r.Key) {
				return true
			}
		}
		return slices.ContainsFunc(m.found, func(k model.ResourceKey) bool { return match(&k) })
	})
}

// listDimensions pages through the dimension sets of a metric.
func (t *target) listDimensions(ctx context.Context, namespace, metric string, found func(map[string]string)) error {
	in := &cloudwatch.ListMetricsInput{Namespace: aws.String(namespace), MetricName: aws.String(metric)}
	for {
		var out *cloudwatch.ListMetricsOutput
		err := t.gate.do(ctx, opListMetrics, 0, func(ctx context.Context) (err error) {
			out, err = t.cloudwatch.ListMetrics(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		for i := range out.Metrics {
			dims := map[string]string{}
			for _, d := range out.Metrics[i].Dimensions {
				dims[aws.ToString(d.Name)] = aws.ToString(d.Value)
			}
			found(dims)
		}
		if aws.ToString(out.NextToken) == "" {
			return nil
		}
		in.NextToken = out.NextToken
	}
}

// plan counts what collect would ask for. It lists resources, which is free,
// and writes nothing.
func (m *muster) plan(ctx context.Context, st Store, p *Plan) error {
	if st != nil {
		all, err := st.Resources(ctx, m.name)
		if err != nil {
			return fmt.Errorf("reading the stored inventory: %w", err)
		}
		m.keep(all)
	}
	rs, err := m.listForPlan(ctx)
	if err != nil {
		return m.gapFor(ctx, m.name, operationNamed(err, m.name+":List"), err)
	}
	ledger := planLedger{store: st, target: m.target}
	var wants []want
	for i := range rs {
		rs[i].Ref = m.stored[rs[i].Key.ID].Ref
		for _, s := range m.subjects(&rs[i]) {
			lacking, err := ledger.lacking(ctx, s)
			if err != nil {
				return err
			}
			wants = append(wants, lacking...)
		}
	}
	return m.planMetrics(wants, p)
}

// listForPlan lists what collect would find.
func (m *muster) listForPlan(ctx context.Context) ([]store.Resource, error) {
	var out []store.Resource
	listed := map[unit.ResourceID]bool{}
	err := m.list(ctx, m.target, func(page []store.Resource) error {
		for i := range page {
			listed[page[i].Key.ID] = true
			m.found = append(m.found, page[i].Key)
		}
		out = append(out, page...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	recalled, err := m.recalled(ctx, listed)
	return append(out, recalled...), err
}

// tolerateFor turns a detail of one resource that could not be had into a gap.
func (t *target) tolerateFor(ctx context.Context, service string, id unit.ResourceID, err error) error {
	if fatal(err) {
		return err
	}
	reason, action := reasonOf(err)
	operation := operationNamed(err, service)
	return t.openGaps(ctx, []store.Fetch{{
		Account: t.account, Region: t.region, Group: service + "-" + operation,
		Window: t.Window, Open: true, Reason: reason, Action: action, At: t.Now,
	}}, []model.Gap{{
		Account: t.account, Region: t.region, Service: service, Resource: id,
		Metric: operation, From: t.Window.From, To: t.Window.To, Reason: reason,
	}})
}

// leaveUnread turns a resource that could not be described at all into a gap.
// What is stored of it still holds, and so do the resources that its
// description would have shown, whose ARNs begin with its.
func (t *target) leaveUnread(ctx context.Context, service string, id unit.ResourceID, err error) error {
	t.unread.Store(id, true)
	return t.tolerateFor(ctx, service, id, err)
}

// wasUnread tells whether a resource, or what it belongs to, was not described.
func (t *target) wasUnread(id unit.ResourceID) bool {
	for {
		if _, ok := t.unread.Load(id); ok {
			return true
		}
		cut := strings.LastIndexByte(string(id), '/')
		if cut < 0 {
			return false
		}
		id = id[:cut]
	}
}

// detailsAtOnce is how many resources of a page are described side by side.
const detailsAtOnce = 16

// each describes the items of a page side by side, in order.
func each[T, R any](ctx context.Context, items []T, describe func(context.Context, T) (R, error)) ([]R, error) {
	out := make([]R, len(items))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(detailsAtOnce)
	for i, item := range items {
		g.Go(func() (err error) {
			out[i], err = describe(gctx, item)
			return err
		})
	}
	return out, g.Wait()
}

// sealed puts a configuration into a resource.
func sealed(r store.Resource, config any) (store.Resource, error) {
	b, err := json.Marshal(config)
	if err != nil {
		return r, fmt.Errorf("encoding the configuration of %s: %w", r.Key.Name, err)
	}
	r.Config = b
	return r, nil
}

// decodeConfig reads a resource's stored configuration.
func decodeConfig(r *store.Resource, into any) error {
	if err := json.Unmarshal(r.Config, into); err != nil {
		return fmt.Errorf("decoding the configuration of %s: %w", r.Key.Name, err)
	}
	return nil
}
