package model

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// ResourceInput is what was collected about one resource of a service whose
// billed quantities follow from its metrics and configuration alone: every
// service but Lambda.
type ResourceInput struct {
	Key ResourceKey
	// Config is the newest configuration, as the service's collector keeps it.
	Config              json.RawMessage
	Tags                map[string]string
	App                 string
	Deleted             bool // no longer in the inventory
	FirstSeen, LastSeen time.Time
	// ChangedAt is when Config took effect; zero if that is not known.
	ChangedAt time.Time
	// Months are whole UTC calendar months that touch the window, as far as
	// collected: tiers and averages are taken over these.
	Months []MeteredUsage
	// InWindow is the part of Months inside the window.
	InWindow []MeteredUsage
	// Metrics sums up each collected statistic over the window, in the order
	// of the service's metric table.
	Metrics []MetricSummary
}

// MeteredUsage is what a resource was billed for in a calendar month in one
// dimension of an offer.
type MeteredUsage struct {
	Month time.Time // first instant of the month
	// Offer is AWS's offer code, the Service of the price key.
	Offer string
	BilledQuantity
}

// MeteredDay is what one service's resources of an account and region were
// billed for on a UTC day, as far as it lies in the window.
type MeteredDay struct {
	Day       time.Time
	Account   unit.AccountID
	Region    unit.Region
	Service   string
	Offer     string
	Dimension string
	Quantity  Bounds
}

// ServiceDay is what one service but Lambda cost on a UTC day.
type ServiceDay struct {
	Day     time.Time `json:"day"`
	Service string    `json:"service"`
	Cost    Cost      `json:"cost"`
}

// Billed is what one function or other resource cost, as bills see it.
type Billed struct {
	Key       ResourceKey
	App       string
	LineItems []LineItem
	Cost      Cost
}

// Billed lists everything that cost, in the order of Functions and Resources.
func (a *Analysis) Billed() []Billed {
	out := make([]Billed, 0, len(a.Functions)+len(a.Resources))
	for i := range a.Functions {
		f := &a.Functions[i]
		out = append(out, Billed{Key: f.Key, App: f.App, LineItems: f.LineItems, Cost: f.Cost})
	}
	for i := range a.Resources {
		r := &a.Resources[i]
		out = append(out, Billed{Key: r.Key, App: r.App, LineItems: r.LineItems, Cost: r.Cost})
	}
	return out
}

// MetricSummary is one statistic of one CloudWatch metric over a window,
// whatever the period it was collected at.
type MetricSummary struct {
	Metric string `json:"metric"`
	Stat   string `json:"stat"`
	// N is how many periods had a datum. The rest is zero where N is.
	N    int64   `json:"n"`
	Sum  float64 `json:"sum"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
	Last float64 `json:"last"`
	// PerSecond is the largest of a period's value over its length.
	PerSecond float64 `json:"max_per_second"`
	// FirstAt and LastAt are the starts of the first and last such period.
	FirstAt time.Time `json:"first_at,omitzero"`
	LastAt  time.Time `json:"last_at,omitzero"`
}

// Mean is Sum over N, 0 without any datum.
func (m MetricSummary) Mean() float64 {
	if m.N == 0 {
		return 0
	}
	return m.Sum / float64(m.N)
}

// Edge tells that one resource calls, feeds or logs to another. Either may be
// of another account, or not be known otherwise. In a stored configuration an
// empty end is the resource itself.
type Edge struct {
	From unit.ResourceID `json:"from,omitempty"`
	To   unit.ResourceID `json:"to,omitempty"`
	// Kind is what runs along it, an Edge constant.
	Kind string `json:"kind"`
}

// CompareEdges orders edges by both ends, then by kind.
func CompareEdges(a, b Edge) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Kind, b.Kind))
}

// The values of Edge.Kind.
const (
	EdgeInvokes    = "invokes"     // the one calls the other and may wait for it
	EdgeFeeds      = "feeds"       // events or messages flow
	EdgeLogs       = "logs"        // the one writes its log to the other
	EdgeDeadLetter = "dead-letter" // what failed ends there
)

// Resource is everything known and concluded about one resource of a service
// but Lambda.
type Resource struct {
	Key       ResourceKey       `json:"key"`
	Config    json.RawMessage   `json:"config,omitempty"`
	App       string            `json:"app"`
	Tags      map[string]string `json:"tags,omitempty"`
	Deleted   bool              `json:"deleted"`
	ChangedAt time.Time         `json:"changed_at,omitzero"` // when Config took effect, if known
	LineItems []LineItem        `json:"line_items"`          // of the window
	Cost      Cost              `json:"cost"`                // of the window; the sum of LineItems
	Monthly   Cost              `json:"monthly"`             // scaled to 730 hours
	Metrics   []MetricSummary   `json:"metrics,omitempty"`
}

// Metric returns the summary of a statistic, the zero summary (N = 0) where
// it was not collected.
func (r *Resource) Metric(metric, stat string) MetricSummary {
	for i := range r.Metrics {
		if m := &r.Metrics[i]; m.Metric == metric && m.Stat == stat {
			return *m
		}
	}
	return MetricSummary{Metric: metric, Stat: stat}
}
