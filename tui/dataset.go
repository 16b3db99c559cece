package tui

import (
	"cmp"
	"maps"
	"slices"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// dataset is an analysis made ready to draw: every text from outside is free
// of control codes, and functions can be found by id. It never changes.
type dataset struct {
	a model.Analysis
	// keys are the functions' keys as they came, to ask the source with.
	keys []model.ResourceKey
	// byID finds an index into a.Functions.
	byID map[ident]int
	// functions is how many there are; more than len(a.Functions) in a
	// snapshot.
	functions int
	advice    map[string]int // index into a.Advice by advice id
	cold      coldTotals
	signals   signalTotals

	resourceByID map[ident]int // index into a.Resources
	rows         []resourceRow // functions and resources, dearest first
	services     []model.ServiceCost
	tallies      map[string]tally // by service
	parts        map[string]int   // by application
	findings     map[ident]int    // how much is wrong with a resource
	severities   map[model.Severity]int
	names        map[unit.ResourceID]string
	serviceOf    map[unit.ResourceID]string
}

// ident tells resources apart: an id alone need not be an ARN, so two accounts
// may share it.
type ident struct {
	account unit.AccountID
	region  unit.Region
	id      unit.ResourceID
}

// identOf returns the ident of a cleaned key.
func identOf(k model.ResourceKey) ident { return ident{k.Account, k.Region, k.ID} }

// coldTotals sums cold starts over the functions whose REPORT lines are known.
type coldTotals struct {
	reports, count int64
	known, unknown int // functions
}

// signalTotals sums the health figures of all functions.
type signalTotals struct{ invocations, errors, throttles int64 }

// newDataset copies a's lists while cleaning them; a itself stays as it is.
func newDataset(a model.Analysis) *dataset {
	d := &dataset{
		byID:      make(map[ident]int, len(a.Functions)),
		keys:      make([]model.ResourceKey, len(a.Functions)),
		functions: len(a.Functions),
		advice:    make(map[string]int, len(a.Advice)),
	}
	fns := make([]model.Function, len(a.Functions))
	for i, f := range a.Functions {
		d.keys[i] = f.Key
		fns[i] = cleanFunction(f)
		d.byID[identOf(fns[i].Key)] = i
		d.count(&fns[i])
	}
	a.Functions = fns
	a.Accounts, a.Regions = cleanAll(a.Accounts), cleanAll(a.Regions)
	a.Sources = cleanAll(a.Sources)
	a.Book.Version, a.Book.AsOf = textsafe.Line(a.Book.Version), textsafe.Line(a.Book.AsOf)
	a.Services = mapped(a.Services, func(s model.ServiceCost) model.ServiceCost {
		s.Service, s.LineItems = textsafe.Line(s.Service), mapped(s.LineItems, cleanLine)
		return s
	})
	d.addServices(&a)
	a.Compare = cleanComparison(a.Compare)
	a.Advice = mapped(a.Advice, cleanAdvice)
	a.Gaps = mapped(a.Gaps, cleanGap)
	a.Warnings = mapped(a.Warnings, cleanWarning)
	for i, ad := range a.Advice {
		d.advice[ad.ID] = i
	}
	d.a = a
	return d
}

func (d *dataset) count(f *model.Function) {
	d.signals.invocations += f.Signals.Invocations
	d.signals.errors += f.Signals.Errors
	d.signals.throttles += f.Signals.Throttles
	if !f.Cold.Known {
		d.cold.unknown++
		return
	}
	d.cold.known++
	d.cold.reports += f.Cold.Reports
	d.cold.count += f.Cold.Count
}

// function returns the function called id, nil if there is none.
func (d *dataset) function(id ident) *model.Function {
	i, ok := d.byID[id]
	if !ok {
		return nil
	}
	return &d.a.Functions[i]
}

// key returns the key of a function as its source knows it.
func (d *dataset) key(id ident) (model.ResourceKey, bool) {
	i, ok := d.byID[id]
	if !ok {
		return model.ResourceKey{}, false
	}
	return d.keys[i], true
}

func mapped[T any](in []T, f func(T) T) []T {
	out := make([]T, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}

func cleanAll[S ~string](in []S) []S { return mapped(in, textsafe.Line[S]) }

func cleanKey(k model.ResourceKey) model.ResourceKey {
	k.Account, k.Region, k.Service = textsafe.Line(k.Account), textsafe.Line(k.Region), textsafe.Line(k.Service)
	k.ID, k.Name = textsafe.Line(k.ID), textsafe.Line(k.Name)
	return k
}

func cleanFunction(f model.Function) model.Function {
	f.Key, f.App = cleanKey(f.Key), textsafe.Line(f.App)
	f.Config = cleanConfig(f.Config)
	f.History = mapped(f.History, cleanConfig)
	f.Tags = cleanTags(f.Tags)
	f.LineItems = mapped(f.LineItems, cleanLine)
	f.Cold.Reason = textsafe.Line(f.Cold.Reason)
	f.Compare = cleanComparison(f.Compare)
	f.AdviceIDs = cleanAll(f.AdviceIDs)
	return f
}

func cleanConfig(c model.FunctionConfig) model.FunctionConfig {
	c.Architecture, c.Runtime, c.PackageType = textsafe.Line(c.Architecture), textsafe.Line(c.Runtime), textsafe.Line(c.PackageType)
	c.LogGroup, c.LogFormat = textsafe.Line(c.LogGroup), textsafe.Line(c.LogFormat)
	c.EnvNames = cleanAll(c.EnvNames)
	c.Provisioned = mapped(c.Provisioned, func(p model.ProvisionedConfig) model.ProvisionedConfig {
		p.Qualifier = textsafe.Line(p.Qualifier)
		return p
	})
	return c
}

func cleanTags(in map[string]string) map[string]string {
	if len(in) == 0 {
		return nil
	}
	out := make(map[string]string, len(in))
	for _, k := range slices.SortedFunc(maps.Keys(in), cmp.Compare[string]) {
		out[textsafe.Line(k)] = textsafe.Line(in[k])
	}
	return out
}

func cleanLine(l model.LineItem) model.LineItem {
	l.Dimension, l.Unit, l.Basis = textsafe.Line(l.Dimension), textsafe.Line(l.Unit), textsafe.Line(l.Basis)
	l.Source.Name, l.Source.AsOf = textsafe.Line(l.Source.Name), textsafe.Line(l.Source.AsOf)
	return l
}

func cleanComparison(c model.Comparison) model.Comparison {
	c.Verdict, c.Assumptions = textsafe.Line(c.Verdict), cleanAll(c.Assumptions)
	c.Warnings = mapped(c.Warnings, cleanWarning)
	c.Options = mapped(c.Options, func(o model.Option) model.Option {
		o.Option, o.Purchase = textsafe.Line(o.Option), textsafe.Line(o.Purchase)
		o.Architecture, o.Configuration = textsafe.Line(o.Architecture), textsafe.Line(o.Configuration)
		o.Assumptions = cleanAll(o.Assumptions)
		return o
	})
	return c
}

func cleanAdvice(a model.Advice) model.Advice {
	a.ID, a.Rule, a.Resource = textsafe.Line(a.ID), textsafe.Line(a.Rule), cleanKey(a.Resource)
	a.Title, a.Evidence = textsafe.Line(a.Title), cleanAll(a.Evidence)
	a.Confidence, a.Effort, a.Risk = textsafe.Line(a.Confidence), textsafe.Line(a.Effort), textsafe.Line(a.Risk)
	a.Apply, a.Disproof, a.Reason = textsafe.Block(a.Apply), textsafe.Line(a.Disproof), textsafe.Line(a.Reason)
	return a
}

func cleanGap(g model.Gap) model.Gap {
	g.Account, g.Region, g.Service = textsafe.Line(g.Account), textsafe.Line(g.Region), textsafe.Line(g.Service)
	g.Resource, g.Metric, g.Reason = textsafe.Line(g.Resource), textsafe.Line(g.Metric), textsafe.Line(g.Reason)
	return g
}

func cleanWarning(w model.Warning) model.Warning {
	w.Code, w.Text, w.Resource = textsafe.Line(w.Code), textsafe.Line(w.Text), textsafe.Line(w.Resource)
	return w
}
