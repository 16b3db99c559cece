package model

import (
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// Analysis is the one finished value that every screen, table and report
// prints. It holds no rounding: printers round, once. It can be saved as JSON
// and loaded again.
type Analysis struct {
	Window      Window           `json:"window"`
	GeneratedAt time.Time        `json:"generated_at"`
	CollectedAt time.Time        `json:"collected_at"`
	Collecting  time.Time        `json:"collecting_since,omitzero"`
	Book        BookInfo         `json:"price_book"`
	Accounts    []unit.AccountID `json:"accounts"`
	Regions     []unit.Region    `json:"regions"`
	FreeTier    bool             `json:"free_tier"` // whether allowances were subtracted
	Coverage    Coverage         `json:"coverage"`
	Calls       CallCosts        `json:"collection_cost"`

	// Total is the window's cost; Monthly the same scaled to 730 hours.
	Total   Cost `json:"total"`
	Monthly Cost `json:"monthly"`
	// Services splits Total; their sum is Total.
	Services  []ServiceCost `json:"services"`
	Functions []Function    `json:"functions"` // by likely cost, descending, then ARN
	// Resources are those of every service but Lambda, in the order of
	// Functions.
	Resources []Resource `json:"resources"`
	// ServiceDays split the cost of Resources by day and service, ascending.
	ServiceDays []ServiceDay `json:"service_days,omitempty"`
	Edges       []Edge       `json:"edges,omitempty"`
	Hours       []HourPoint  `json:"hours"`
	// Apps group Functions and Resources; their costs add up to Total.
	Apps []App `json:"apps"`
	// Compare is the account's comparison with servers.
	Compare Comparison `json:"compare"`
	Advice  []Advice   `json:"advice"` // by saving, descending
	// Changes of memory and architecture in the window, with what came of them.
	Changes []Change `json:"changes,omitempty"`
	// Unusual are the hours that stand out of the account's past, ascending.
	Unusual []Unusual `json:"unusual,omitempty"`
	// Potential is what all advice saves a month if followed together.
	Potential Cost      `json:"potential"`
	Health    Health    `json:"health,omitzero"`
	Gaps      []Gap     `json:"gaps"`
	Warnings  []Warning `json:"warnings"`
	Sources   []string  `json:"sources"`
}

// BookInfo names the price book that priced an Analysis.
type BookInfo struct {
	Version string `json:"version"`
	AsOf    string `json:"as_of"`
}

// ServiceCost is one service's part of the total.
type ServiceCost struct {
	Service   string     `json:"service"`
	Cost      Cost       `json:"cost"`
	LineItems []LineItem `json:"line_items"` // summed over resources and regions by dimension
}

// Function is everything known and concluded about one function.
type Function struct {
	Key    ResourceKey    `json:"key"`
	Config FunctionConfig `json:"config"`
	// History is every known configuration, ascending by ValidFrom.
	History   []FunctionConfig  `json:"history,omitempty"`
	App       string            `json:"app"`
	Tags      map[string]string `json:"tags,omitempty"`
	Deleted   bool              `json:"deleted"`
	LineItems []LineItem        `json:"line_items"` // of the window
	Cost      Cost              `json:"cost"`       // of the window; the sum of LineItems
	Monthly   Cost              `json:"monthly"`    // scaled to 730 hours
	// PerMillion is Cost for a million invocations; unknown without any.
	PerMillion Cost       `json:"per_million"`
	ColdCost   Cost       `json:"cold_start_cost"` // the part of Cost that is billed init
	ErrorCost  Cost       `json:"error_cost"`      // what failed invocations cost, at the mean duration
	Signals    Signals    `json:"signals"`
	Load       Load       `json:"load"`
	Cold       ColdStarts `json:"cold_starts"`
	Daily      []DayPoint `json:"daily"`
	Compare    Comparison `json:"compare"`
	AdviceIDs  []string   `json:"advice_ids,omitempty"`
}

// Comparison holds one workload against the ways to run it.
type Comparison struct {
	// Verdict is the answer in one sentence.
	Verdict string   `json:"verdict"`
	Options []Option `json:"options"` // Lambda as it is first, then by likely cost
	// RatePerSecond is the mean arrival rate the comparison was made for.
	RatePerSecond float64   `json:"requests_per_second"`
	Assumptions   []string  `json:"assumptions"`
	Warnings      []Warning `json:"warnings,omitempty"`
}

// Option is one way to run a workload, priced for 730 hours.
type Option struct {
	Option        string            `json:"option"` // lambda, lambda-provisioned-concurrency, lambda-managed-instances, fargate, ec2
	Architecture  unit.Architecture `json:"architecture"`
	Purchase      string            `json:"purchase"` // on-demand, spot, savings-plan-1y, ...
	Configuration string            `json:"configuration"`
	// Servers is how many tasks or instances run; 0 for Lambda.
	Servers int `json:"servers"`
	// Utilisation is offered work over capacity, 0 to 1; 0 for Lambda.
	Utilisation float64 `json:"utilisation"`
	Monthly     Cost    `json:"monthly"`
	// MeetsSLO is nil unless a latency goal was given.
	MeetsSLO *bool `json:"meets_slo"`
	// BreakEven is the lowest rate a second above which this costs less than
	// Lambda; nil if never, and for Lambda itself.
	BreakEven   *float64  `json:"break_even_requests_per_second"`
	Crossings   []float64 `json:"crossings"`
	Assumptions []string  `json:"assumptions"`
	// Curve is the monthly cost at other arrival rates, ascending by rate,
	// for break-even charts. It may be empty.
	Curve []RateCost `json:"curve,omitempty"`
	// Autoscaling is nil unless the servers follow the load; Servers are then
	// the most at a time.
	Autoscaling *Autoscaling `json:"autoscaling,omitempty"`
}

// Autoscaling is what servers that follow the load did over its hours.
type Autoscaling struct {
	// LeastServers and MeanServers ran (starting ones too) at a time, of which
	// CommittedServers are under a savings plan.
	LeastServers     int     `json:"least_servers"`
	MeanServers      float64 `json:"mean_servers"`
	CommittedServers int     `json:"committed_servers"`
	// MeanWaitMs is the mean wait for a server in milliseconds. DelayedShare of
	// the requests came while servers were behind, DroppedShare were turned
	// away; both 0 to 1.
	MeanWaitMs   float64 `json:"mean_wait_ms"`
	DelayedShare float64 `json:"delayed_share"`
	DroppedShare float64 `json:"dropped_share"`
}

// RateCost is what an option costs in 730 hours at an arrival rate.
type RateCost struct {
	RatePerSecond float64 `json:"requests_per_second"`
	Monthly       Cost    `json:"monthly"`
}

// Advice is one recommendation.
type Advice struct {
	ID       string      `json:"id"`   // rule and resource, stable between runs
	Rule     string      `json:"rule"` // "lambda-memory"
	Resource ResourceKey `json:"resource"`
	Title    string      `json:"title"`
	// Saving is dollars per 730 hours; its Low may be negative where the
	// advice buys safety rather than money.
	Saving Cost `json:"saving"`
	// Effects say on which lines of the resource's bill the saving is made, so
	// that what several pieces of advice save together can be told. Without
	// any, Saving adds up.
	Effects []Effect `json:"effects,omitempty"`
	// Evidence are the numbers it rests on, each with n and window.
	Evidence []string `json:"evidence"`
	// Confidence is A (measured) to D (a guess within bounds).
	Confidence string `json:"confidence"`
	Effort     string `json:"effort"` // low, medium, high
	Risk       string `json:"risk"`
	Apply      string `json:"apply"`    // an AWS CLI command or a step
	Disproof   string `json:"disproof"` // what would prove it wrong
	// Status is what was decided about it, with the reason and when.
	Status    AdviceStatus `json:"status"`
	Reason    string       `json:"status_reason,omitempty"`
	DecidedAt time.Time    `json:"decided_at,omitzero"`
}

// AdviceStatus is what became of advice.
type AdviceStatus string

// The values of AdviceStatus; advice that nobody decided about is new.
const (
	AdviceNew      AdviceStatus = "new"
	AdviceAccepted AdviceStatus = "accepted" // to be followed
	AdviceIgnored  AdviceStatus = "ignored"  // not to be shown again
	AdviceDone     AdviceStatus = "done"     // followed; until the window has passed the evidence is of before
)

// Open reports whether the advice may still be followed.
func (a *Advice) Open() bool { return a.Status != AdviceIgnored && a.Status != AdviceDone }

// Change is a change of a function's configuration, measured before and after
// on days of alike traffic.
type Change struct {
	Resource ResourceKey `json:"resource"`
	At       time.Time   `json:"at"`
	What     string      `json:"what"` // "memory from 1024 MB to 512 MB"
	// Pairs of days were compared, with so many invocations on either side,
	// of these mean durations in milliseconds.
	Pairs    int     `json:"pairs"`
	BeforeN  int64   `json:"before_invocations"`
	AfterN   int64   `json:"after_invocations"`
	BeforeMs float64 `json:"before_ms"`
	AfterMs  float64 `json:"after_ms"`
	// Ratio of the durations, after over before, with its 95 % interval.
	Ratio     float64 `json:"duration_ratio"`
	RatioLow  float64 `json:"duration_ratio_low"`
	RatioHigh float64 `json:"duration_ratio_high"`
	// Before and After are what the duration of a million invocations costs.
	Before  Cost   `json:"before_per_million"`
	After   Cost   `json:"after_per_million"`
	Verdict string `json:"verdict"`
}

// Decision is what somebody decided about a piece of advice.
type Decision struct {
	ID     string // Advice.ID
	Status AdviceStatus
	Reason string
	At     time.Time
}

// Effect is the share that advice saves of the lines whose dimension starts
// with Lines: 1 is all of them, below zero they get dearer. An empty Lines is
// the whole bill.
type Effect struct {
	Lines  string  `json:"lines"`
	Low    float64 `json:"low"`
	Likely float64 `json:"likely"`
	High   float64 `json:"high"`
}
