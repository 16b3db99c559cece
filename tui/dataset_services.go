package tui

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// tally sums up the resources of a service. A snapshot keeps it, as it keeps
// only the dearest resources.
type tally struct {
	All     int64      `json:"all"`
	Deleted int64      `json:"deleted"`
	Monthly model.Cost `json:"monthly"`
}

// resourceRow is a function or other resource in a list.
type resourceRow struct {
	key     model.ResourceKey
	app     string
	deleted bool
	// part is how much of it the list is about, 0 to 1; cost is of that part.
	part          float64
	cost, monthly model.Cost
	findings      int // what is wrong with it now
	advice        int
}

// addServices cleans and indexes what there is beside functions.
func (d *dataset) addServices(a *model.Analysis) {
	a.Resources = mapped(a.Resources, cleanResource)
	a.Apps = mapped(a.Apps, cleanApp)
	slices.SortStableFunc(a.Apps, func(x, y model.App) int { return dearestFirst(x.Cost, y.Cost) })
	a.Health.Findings = mapped(a.Health.Findings, cleanFinding)
	a.Edges = mapped(a.Edges, cleanEdge)
	d.resourceByID = make(map[ident]int, len(a.Resources))
	d.names = make(map[unit.ResourceID]string, len(a.Resources)+len(a.Functions))
	d.serviceOf = make(map[unit.ResourceID]string, len(a.Resources)+len(a.Functions))
	d.tallies = map[string]tally{}
	for i := range a.Functions {
		f := &a.Functions[i]
		d.names[f.Key.ID], d.serviceOf[f.Key.ID] = f.Key.Name, f.Key.Service
		d.tally(f.Key.Service, f.Deleted, f.Monthly)
	}
	for i := range a.Resources {
		r := &a.Resources[i]
		d.resourceByID[identOf(r.Key)] = i
		d.names[r.Key.ID], d.serviceOf[r.Key.ID] = r.Key.Name, r.Key.Service
		d.tally(r.Key.Service, r.Deleted, r.Monthly)
	}
	d.findings = make(map[ident]int, len(a.Health.Findings))
	d.severities = map[model.Severity]int{}
	for i := range a.Health.Findings {
		d.findings[identOf(a.Health.Findings[i].Resource)]++
		d.severities[a.Health.Findings[i].Severity]++
	}
	d.parts = make(map[string]int, len(a.Apps))
	for i := range a.Apps {
		d.parts[a.Apps[i].Name] = len(a.Apps[i].Parts)
	}
	d.rows = rowsOf(a, d.findings)
	d.services = slices.Clone(a.Services)
	slices.SortStableFunc(d.services, func(x, y model.ServiceCost) int { return dearestFirst(x.Cost, y.Cost) })
}

func (d *dataset) tally(service string, deleted bool, monthly model.Cost) {
	t, ok := d.tallies[service]
	if !ok {
		t.Monthly = model.Exactly(unit.USD{})
	}
	t.All++
	if deleted {
		t.Deleted++
	}
	t.Monthly = t.Monthly.Add(monthly)
	d.tallies[service] = t
}

// rowsOf lists functions and other resources together, dearest first.
func rowsOf(a *model.Analysis, findings map[ident]int) []resourceRow {
	advice := make(map[ident]int, len(a.Advice))
	for i := range a.Advice {
		advice[identOf(cleanKey(a.Advice[i].Resource))]++
	}
	out := make([]resourceRow, 0, len(a.Functions)+len(a.Resources))
	add := func(k model.ResourceKey, app string, deleted bool, cost, monthly model.Cost) {
		id := identOf(k)
		out = append(out, resourceRow{
			key: k, app: app, deleted: deleted, part: 1, cost: cost, monthly: monthly,
			findings: findings[id], advice: advice[id],
		})
	}
	for i := range a.Functions {
		f := &a.Functions[i]
		add(f.Key, f.App, f.Deleted, f.Cost, f.Monthly)
	}
	for i := range a.Resources {
		r := &a.Resources[i]
		add(r.Key, r.App, r.Deleted, r.Cost, r.Monthly)
	}
	slices.SortStableFunc(out, func(x, y resourceRow) int {
		return cmp.Or(dearestFirst(x.cost, y.cost), cmp.Compare(x.key.ID, y.key.ID))
	})
	return out
}

// dearestFirst orders costs, the unknown above all: they may be the dearest.
func dearestFirst(x, y model.Cost) int {
	switch {
	case x.Unknown && y.Unknown:
		return 0
	case x.Unknown:
		return -1
	case y.Unknown:
		return 1
	}
	return y.Likely.Cmp(x.Likely)
}

// resource returns the resource called id, nil if there is none: functions
// are not among them.
func (d *dataset) resource(id ident) *model.Resource {
	i, ok := d.resourceByID[id]
	if !ok {
		return nil
	}
	return &d.a.Resources[i]
}

// app returns the application of that name, nil if there is none.
func (d *dataset) app(name string) *model.App {
	for i := range d.a.Apps {
		if d.a.Apps[i].Name == name {
			return &d.a.Apps[i]
		}
	}
	return nil
}

// nameOf is what an end of an edge is called; what was not collected goes by
// its id.
func (d *dataset) nameOf(id unit.ResourceID) string {
	if n := d.names[id]; n != "" {
		return n
	}
	return string(id)
}

// cleanResource leaves Config as it is: configRows cleans what it draws.
func cleanResource(r model.Resource) model.Resource {
	r.Key, r.App, r.Tags = cleanKey(r.Key), textsafe.Line(r.App), cleanTags(r.Tags)
	r.LineItems = mapped(r.LineItems, cleanLine)
	r.Metrics = mapped(r.Metrics, func(m model.MetricSummary) model.MetricSummary {
		m.Metric, m.Stat = textsafe.Line(m.Metric), textsafe.Line(m.Stat)
		return m
	})
	if !json.Valid(r.Config) {
		r.Config = nil
	}
	return r
}

func cleanApp(p model.App) model.App {
	p.Name, p.Kind, p.Found = textsafe.Line(p.Name), textsafe.Line(p.Kind), textsafe.Line(p.Found)
	p.WorkUnit = textsafe.Line(p.WorkUnit)
	p.Services = mapped(p.Services, func(s model.AppService) model.AppService {
		s.Service = textsafe.Line(s.Service)
		return s
	})
	p.Parts = mapped(p.Parts, func(x model.AppPart) model.AppPart {
		x.Key = cleanKey(x.Key)
		return x
	})
	return p
}

func cleanFinding(f model.Finding) model.Finding {
	f.Rule, f.Severity, f.Resource = textsafe.Line(f.Rule), textsafe.Line(f.Severity), cleanKey(f.Resource)
	f.App, f.Metric, f.Stat, f.Per = textsafe.Line(f.App), textsafe.Line(f.Metric), textsafe.Line(f.Stat), textsafe.Line(f.Per)
	f.Unit, f.Text, f.Why = textsafe.Line(f.Unit), textsafe.Line(f.Text), textsafe.Line(f.Why)
	return f
}

func cleanEdge(e model.Edge) model.Edge {
	e.From, e.To, e.Kind = textsafe.Line(e.From), textsafe.Line(e.To), textsafe.Line(e.Kind)
	return e
}
