// Package health finds what is wrong now, and since when.
//
// A rule is one file's value: a metric of a service, the limit beyond which it
// is wrong for a given resource, and why that limit. It is wrong now if the
// last hours with data are beyond the limit, and since the first of the hours
// in a row that are; single hours without data do not interrupt. What lay
// beyond a limit and no longer does is not reported.
package health

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Subject is a resource as rules see it.
type Subject struct {
	*model.ResourceHours
	// DeadLetter is true where other resources send what they failed on.
	DeadLetter bool
}

// Limit is beyond what a metric is wrong, for one resource.
type Limit struct {
	Value float64
	Why   string
}

// Rule is one way in which resources of a service go wrong.
type Rule struct {
	ID       string
	Service  string
	Severity model.Severity
	Text     string
	Metric   string
	Stat     string
	// Per, if not empty, is the metric (same statistic unless PerStat is
	// given) that Metric is divided by, over as many hours as it takes to have
	// AtLeast of it; a day with less tells nothing.
	Per, PerStat string
	AtLeast      float64
	// Scale turns the metric's unit into Unit, 0: as it is. A ratio in % has
	// 100.
	Scale float64
	Unit  string
	// Limit of a resource; false: the rule does not concern it.
	Limit func(*Subject) (Limit, bool)
}

// rules are the registered rules, in order of file names.
var rules []Rule

// register makes rules known, for use in a package-level declaration.
func register(list ...Rule) bool {
	rules = append(rules, list...)
	return true
}

// Rules returns every rule, by service and ID.
func Rules() []Rule {
	out := slices.Clone(rules)
	slices.SortFunc(out, func(a, b Rule) int { return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.ID, b.ID)) })
	return out
}

// fixed is a limit that is the same for every resource.
func fixed(value float64, why string) func(*Subject) (Limit, bool) {
	return func(*Subject) (Limit, bool) { return Limit{value, why}, true }
}

// The severities, by short names for rules.
const (
	critical = model.Critical
	warning  = model.Serious
	notice   = model.Notice
)

// Find applies every rule to every resource over a window, worst first. The
// window's last hour may still be incomplete: it counts like any other.
func Find(window model.Window, resources []model.ResourceHours) []model.Finding {
	var out []model.Finding
	list := subjects(resources)
	for _, rule := range Rules() {
		for i := range list {
			r := &list[i]
			if r.Key.Service != rule.Service {
				continue
			}
			if f, ok := rule.find(window, r); ok {
				out = append(out, f)
			}
		}
	}
	slices.SortStableFunc(out, worstFirst)
	return out
}

// subjects adds what only the resources together tell.
func subjects(resources []model.ResourceHours) []Subject {
	ends := map[unit.ResourceID]bool{}
	out := make([]Subject, len(resources))
	for i := range resources {
		out[i].ResourceHours = &resources[i]
		var c struct {
			Edges []model.Edge `json:"edges"`
		}
		if json.Unmarshal(resources[i].Config, &c) != nil {
			continue // a configuration without edges
		}
		for _, e := range c.Edges {
			if e.Kind == model.EdgeDeadLetter {
				ends[e.To] = true
			}
		}
	}
	for i := range out {
		out[i].DeadLetter = ends[out[i].Key.ID]
	}
	return out
}

func worstFirst(a, b model.Finding) int {
	return cmp.Or(a.Severity.Rank()-b.Severity.Rank(), cmp.Compare(excess(b), excess(a)),
		cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Resource.ID, b.Resource.ID), cmp.Compare(a.Resource.Account, b.Resource.Account))
}

// excess is by how many times the limit is passed; anything above a limit of
// zero is passed by its value.
func excess(f model.Finding) float64 { return f.Worst / max(f.Limit, 1) }

// current is how many hours at the end of a window a finding must reach into:
// metrics arrive late, and the last hour is often not complete.
const current = 3

func (rule *Rule) find(window model.Window, r *Subject) (model.Finding, bool) {
	values := rule.values(r)
	limit, ok := rule.Limit(r)
	if !ok || values == nil {
		return model.Finding{}, false
	}
	f := model.Finding{
		Rule: rule.ID, Severity: rule.Severity, Resource: r.Key, App: r.App, Metric: rule.Metric, Stat: rule.Stat, Per: rule.Per,
		Limit: limit.Value, Unit: rule.Unit, Text: rule.Text, Why: limit.Why, ErrorCost: model.UnknownCost,
	}
	end := lastHour(values)
	if end < len(values)-current {
		return f, false // nothing is known of now
	}
	first := -1
	for h := end; h >= 0; h-- {
		v := values[h]
		if math.IsNaN(v) {
			continue
		}
		if v <= limit.Value {
			break
		}
		if first < 0 {
			f.Value, f.Until = v, window.From.Add(time.Duration(h+1)*time.Hour)
		}
		first = h
		f.Worst = max(f.Worst, v)
		f.Hours++
	}
	f.Since = window.From.Add(time.Duration(first) * time.Hour)
	return f, first >= 0
}

// lastHour is the last hour with a datum, -1 if there is none.
func lastHour(values []float64) int {
	for h := len(values) - 1; h >= 0; h-- {
		if !math.IsNaN(values[h]) {
			return h
		}
	}
	return -1
}

// values are the rule's figure by the hour, in its unit; nil if the metric was
// not collected.
func (rule *Rule) values(r *Subject) []float64 {
	raw := r.Column(rule.Metric, rule.Stat)
	if raw == nil {
		return nil
	}
	var per []float64
	if rule.Per != "" {
		if per = r.Column(rule.Per, cmp.Or(rule.PerStat, rule.Stat)); per == nil {
			return nil
		}
	}
	out := make([]float64, len(raw))
	for h, v := range raw {
		if per != nil {
			v = ratioAt(raw, per, h, rule.AtLeast)
		}
		if rule.Scale != 0 {
			v *= rule.Scale
		}
		out[h] = v
	}
	return out
}

// lookback is over how many hours a rate is taken where a single hour has too
// few events to tell.
const lookback = 24

// ratioAt is raw over per in an hour in which something happened, taken over
// as many hours before it as it takes to have enough events; NaN where there
// are not.
func ratioAt(raw, per []float64, hour int, atLeast float64) float64 {
	if n := per[hour]; math.IsNaN(n) || n <= 0 {
		return math.NaN()
	}
	var x, n float64
	for h := hour; h >= max(0, hour-lookback+1); h-- {
		if math.IsNaN(per[h]) {
			continue
		}
		n += per[h]
		if !math.IsNaN(raw[h]) {
			x += raw[h]
		}
		if n >= atLeast {
			return x / n
		}
	}
	return math.NaN()
}
