package model

import (
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// Inputs is everything the store answers an analysis with: quantities, no
// dollars. All times are UTC; a nil pointer or a NaN-free zero is never used
// for "unknown" (see the Known fields).
type Inputs struct {
	Window Window
	// Now is the instant the analysis is made for.
	Now time.Time
	// CollectedAt is the end of the last complete collection or import,
	// zero if there has been none.
	CollectedAt time.Time
	// Collecting is the start of a collection that is still running while
	// this older state is read, zero if none.
	Collecting time.Time
	Accounts   []unit.AccountID
	Regions    []unit.Region
	Functions  []FunctionInput // sorted by account, region, name
	// Resources are those of every service but Lambda, sorted by account,
	// region, service, name, ARN.
	Resources []ResourceInput
	// MeteredDays are their billed quantities by day and service, ascending.
	MeteredDays []MeteredDay
	// Edges tell which resource calls, feeds or logs to which, sorted.
	Edges []Edge
	// Recent is what each resource did hour by hour in RecentWindow, where
	// health was asked for.
	Recent       []ResourceHours
	RecentWindow Window
	// Decisions are what people decided about advice, by its id.
	Decisions []Decision
	Hours     []HourPoint // the account's hours in the window, ascending
	Gaps      []Gap
	Calls     CallCosts
	Coverage  Coverage
	Sources   []string // "cloudwatch", "insights", "trace:FILE", ... sorted
}

// FunctionInput is what was collected about one Lambda function.
type FunctionInput struct {
	Key     ResourceKey
	Config  FunctionConfig   // the newest known
	History []FunctionConfig // every known version, ascending by ValidFrom
	Tags    map[string]string
	App     string
	Deleted bool // seen in metrics or logs, no longer in the inventory
	// Months are whole UTC calendar months that touch the window, as far as
	// collected: tiers and averages are taken over these.
	Months []LambdaUsage
	// InWindow is the part of Months inside the window, split alike.
	InWindow []LambdaUsage
	Signals  Signals
	Load     Load
	Cold     ColdStarts
	Daily    []DayPoint // ascending, one for each UTC day of the window
}

// ResourceKey identifies a resource.
type ResourceKey struct {
	Account unit.AccountID  `json:"account_id"`
	Region  unit.Region     `json:"region"`
	Service string          `json:"service"` // the usage file's name: "lambda"
	ID      unit.ResourceID `json:"resource_id"`
	Name    string          `json:"name"`
}

// FunctionConfig is a Lambda function's configuration without its secrets.
type FunctionConfig struct {
	ValidFrom        time.Time         `json:"valid_from"` // LastModified, or when first seen
	Architecture     unit.Architecture `json:"architecture"`
	Memory           unit.MiB          `json:"memory_mb"`
	EphemeralStorage unit.MiB          `json:"ephemeral_storage_mb"`
	Timeout          time.Duration     `json:"timeout_ns"`
	Runtime          string            `json:"runtime"`
	PackageType      string            `json:"package_type"` // Zip, Image
	CodeSize         int64             `json:"code_size_bytes"`
	SnapStart        bool              `json:"snap_start"`
	InVPC            bool              `json:"in_vpc"`
	Tracing          bool              `json:"tracing"`
	// LogGroup is where its logs go; LogFormat is Text or JSON.
	LogGroup  string `json:"log_group"`
	LogFormat string `json:"log_format"`
	// ReportsDropped is true where the system log level (WARN) discards
	// REPORT lines: cold starts and memory used are then unknown, not 0.
	ReportsDropped bool `json:"reports_dropped"`
	// Insights is true where the Lambda Insights extension is attached.
	Insights bool `json:"insights"`
	// ReservedConcurrency is -1 if none is set.
	ReservedConcurrency int `json:"reserved_concurrency"`
	// Provisioned lists provisioned concurrency by alias or version.
	Provisioned []ProvisionedConfig `json:"provisioned,omitempty"`
	EnvNames    []string            `json:"env_names,omitempty"` // never values
	EventSource bool                `json:"event_source"`        // an event source mapping feeds it
}

// ProvisionedConfig is provisioned concurrency on an alias or version.
type ProvisionedConfig struct {
	Qualifier string `json:"qualifier"`
	Allocated int    `json:"allocated"`
}

// LambdaUsage is what one function was billed for in one calendar month at
// one memory size and architecture, split by how well it is known. Hours in
// which REPORT lines account for every invocation are exact; in the others
// only CloudWatch's sums are known: Duration is not rounded up and leaves
// Init out.
type LambdaUsage struct {
	Month        time.Time // first instant of the month
	Architecture unit.Architecture
	Memory       unit.MiB
	// MemoryKnown is false where the hours lie before the first known
	// configuration and no REPORT line tells; Memory is then the oldest known.
	MemoryKnown      bool
	EphemeralStorage unit.MiB
	// ExactRequests and ExactBilledMs are of exact hours: invocations and the
	// sum of Billed Duration in milliseconds.
	ExactRequests int64
	ExactBilledMs int64
	// MetricRequests and MetricDurationMs are of the other hours: Invocations
	// Sum and Duration Sum in milliseconds.
	MetricRequests   int64
	MetricDurationMs float64
	// MetricColdLow, Likely and High bound the cold starts of the metric-only
	// hours; MetricInitMs is the likely mean init in milliseconds that each
	// of them was billed for.
	MetricColdLow, MetricColdLikely, MetricColdHigh int64
	MetricInitMs                                    float64
	// ProvisionedRequests and ProvisionedDurationMs are the part of the
	// requests that ran on provisioned concurrency (in Exact or Metric too);
	// ProvisionedSplitExact is false where the duration was shared out by
	// request count.
	ProvisionedRequests   int64
	ProvisionedDurationMs float64
	ProvisionedSplitExact bool
	// ProvisionedMs is allocated provisioned concurrency times milliseconds.
	ProvisionedMs int64
	// Restores and RestoredMs: SnapStart restores (their time is inside billed).
	Restores int64
}

// Signals are a function's health figures over the window.
type Signals struct {
	Invocations int64 `json:"invocations"`
	Errors      int64 `json:"errors"`
	Throttles   int64 `json:"throttles"`
	Timeouts    int64 `json:"timeouts"` // from REPORT lines
	// TimeoutsKnown is false without REPORT lines.
	TimeoutsKnown    bool  `json:"timeouts_known"`
	DeadLetterErrors int64 `json:"dead_letter_errors"`
	// Durations in milliseconds over the window. Percentiles are
	// invocation-weighted means of CloudWatch's percentile of each period
	// (percentiles cannot be merged), Max is exact.
	MeanMs, MinMs, MaxMs       float64
	P50Ms, P90Ms, P95Ms, P99Ms float64
	LastInvoked                time.Time `json:"last_invoked"` // zero: never seen
	MaxMemoryUsed              unit.MiB  `json:"max_memory_used_mb"`
	MemoryKnown                bool      `json:"memory_known"`
	MaxIteratorAgeMs           float64   `json:"max_iterator_age_ms"`
	// CPUMs is the sum of CPU time in milliseconds of the CPUSamples
	// invocations for which Lambda Insights told it.
	CPUMs      float64 `json:"cpu_total_ms"`
	CPUSamples int64   `json:"cpu_samples"`
	// AsyncEvents were queued for it. ProvisionedSpillover invocations found
	// its provisioned concurrency busy, which was in use up to the share
	// ProvisionedUsedMax; zero where there is none.
	AsyncEvents          int64   `json:"async_events"`
	ProvisionedSpillover int64   `json:"provisioned_spillover"`
	ProvisionedUsedMax   float64 `json:"provisioned_used_max"`
}

// Load is a function's traffic as a capacity model sees it.
type Load struct {
	// MeanPerSecond and PeakPerSecond are arrivals a second: over the window,
	// and in the busiest collected period of PeakPeriod length.
	MeanPerSecond, PeakPerSecond float64
	PeakPeriod                   time.Duration
	PeakAt                       time.Time
	// OfferedMean and OfferedPeak are Erlangs by Little's law: arrivals a
	// second times seconds each, over the window and in the peak hour.
	OfferedMean, OfferedPeak float64
	// MaxConcurrency is the largest ConcurrentExecutions seen; 0 if the
	// metric was not collected.
	MaxConcurrency float64
	// RequestDriven is true where callers wait (URL, API); a balancer is then
	// part of a server's price.
	RequestDriven bool
	// HourOfWeek is the mean offered load for each UTC hour of the week,
	// Monday 00:00 first.
	HourOfWeek [168]float64
}

// ColdStarts is what REPORT lines tell about initialisation in the window.
type ColdStarts struct {
	// Known is false without REPORT lines (log group absent, lines dropped).
	Known bool `json:"known"`
	// Reason says why not, for people.
	Reason    string  `json:"reason,omitempty"`
	Reports   int64   `json:"reports"`     // REPORT lines seen
	Count     int64   `json:"cold_starts"` // of them with Init or Restore Duration
	InitSumMs float64 `json:"init_sum_ms"`
	InitMaxMs float64 `json:"init_max_ms"`
	InitP50Ms float64 `json:"init_p50_ms"`
	InitP99Ms float64 `json:"init_p99_ms"`
	BilledMs  int64   `json:"billed_init_ms"` // billed duration that is init
	Restores  int64   `json:"restores"`
	RestoreMs float64 `json:"restore_sum_ms"`
}

// HourPoint is one UTC hour of the whole account.
type HourPoint struct {
	At          time.Time `json:"at"`
	Invocations int64     `json:"invocations"`
	Errors      int64     `json:"errors"`
	Throttles   int64     `json:"throttles"`
	DurationMs  float64   `json:"duration_sum_ms"`
	ColdStarts  int64     `json:"cold_starts"`
	// Missing is true where a gap covers the hour: it draws as a hole.
	Missing bool `json:"missing"`
}

// DayPoint is one UTC day of one function.
type DayPoint struct {
	Day         time.Time `json:"day"`
	Invocations int64     `json:"invocations"`
	Errors      int64     `json:"errors"`
	DurationMs  float64   `json:"duration_sum_ms"`
	Missing     bool      `json:"missing"`
}

// SeriesPoint is one collected period of one function, for detail charts.
// Absent values are NaN.
type SeriesPoint struct {
	At                                  time.Time
	Invocations, Errors, Throttles      float64
	P50Ms, P90Ms, P99Ms, MaxMs          float64
	Concurrency, ColdStarts, DurationMs float64
}

// MetricReport is the Metric of a Gap in REPORT lines: cold starts, memory
// used and exact billed durations are then unknown.
const MetricReport = "REPORT"

// Gap is a stretch of data that should be there and is not.
type Gap struct {
	Account  unit.AccountID  `json:"account_id"`
	Region   unit.Region     `json:"region"`
	Service  string          `json:"service"`
	Resource unit.ResourceID `json:"resource_id"` // empty: the whole service
	Metric   string          `json:"metric"`      // or the API action
	From     time.Time       `json:"from_ts"`
	To       time.Time       `json:"to_ts"`
	Reason   string          `json:"reason"`
}

// CallCosts is what collecting this data cost.
type CallCosts struct {
	Requests    int64    `json:"requests"`
	BilledUnits int64    `json:"billed_units"`
	Cost        unit.USD `json:"cost_usd"`
}

// Coverage is the share of the window's data that is present, 0 to 1.
type Coverage struct {
	Metrics float64 `json:"metrics"`
	Reports float64 `json:"reports"` // invocations with a REPORT line, of all
}
