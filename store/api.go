// Package store keeps what was collected in DuckDB and answers questions
// about it in SQL. It is the only package that speaks SQL: migrations are
// numbered files in migrations, each analytic question is a file in sql.
//
// Quantities are this package's business; dollars are computed by package
// model and written back once (Writer.PutMonthPrices), so that the public
// views show the same cents as every other screen.
//
// One process writes at a time. A reader never waits for a running
// collection: it reads the last published complete state and says how old
// that is (see OpenReader).
package store

import (
	"encoding/json"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Ref is a resource's internal id: small, stable within a database, never
// reused. Zero stands for an account and region as a whole.
type Ref int32

// Resource is one row of inventory. A Config that differs from the newest
// stored one opens a new version; the old ones are kept.
type Resource struct {
	// Ref is set by Writer.Resources and ignored by Writer.PutResources.
	Ref    Ref
	Key    model.ResourceKey
	App    string
	Tags   map[string]string
	Config json.RawMessage // the service's own configuration, without secrets
	// ValidFrom is when Config took effect (LastModified); zero means SeenAt.
	ValidFrom time.Time
	SeenAt    time.Time
	// Origin tells who knows it: "inventory", "metrics", "logs", "trace".
	// Inventory beats the others.
	Origin string
	// Deleted marks a resource that inventory no longer lists.
	Deleted bool
}

// MetricTable describes a service's wide table: one row for each resource
// and instant, one column for each statistic. The store creates the table
// and the public metrics view from it.
type MetricTable struct {
	Name    string // "lambda_metrics"
	Service string // "lambda"
	Group   string // its entries in the ledger: "lambda-metrics"
	// Namespace is CloudWatch's: "AWS/SQS".
	Namespace string
	// Probe names the column whose positive values show that a resource is
	// alive; empty: it is always asked for everything.
	Probe string
	// Present is true where any datum of the probe shows life, 0 too.
	Present bool
	// Period is the only one that its metrics have (S3's storage: a day);
	// zero: the finest that CloudWatch keeps.
	Period  time.Duration
	Columns []MetricColumn
}

// MetricColumn is one statistic of one CloudWatch metric.
type MetricColumn struct {
	Name   string // SQL name: "duration_p99"
	Metric string // CloudWatch's: "Duration"
	Stat   string // CloudWatch's: "p99"
	// Count is true for whole numbers (stored as integers); others are floats.
	Count bool
	// Dimension and Value are one more dimension that the metric has beside
	// those of the resource: StorageType, StandardStorage.
	Dimension, Value string
}

// MetricBlock is one resource's metrics over a window: dense columns indexed
// by period from Window.From. A window without any datum is a block too: it
// records that there was nothing.
type MetricBlock struct {
	Resource Ref
	Window   model.Window // aligned to Period
	Period   time.Duration
	// Columns follow MetricTable.Columns; nil was not fetched, NaN is absent.
	Columns [][]float64
	// SettledTo is the instant up to which the data can no longer change;
	// what lies between it and Window.To is asked for again by a later run.
	SettledTo time.Time
}

// ReportHour sums the REPORT lines of one function, hour and memory size.
type ReportHour struct {
	Resource      Ref
	Hour          time.Time
	Memory        unit.MiB
	Reports       int64
	BilledMs      int64
	DurationMs    float64
	ColdStarts    int64 // lines with Init Duration
	InitMs        float64
	InitMaxMs     float64
	BilledInitMs  int64
	Restores      int64
	RestoreMs     float64
	Timeouts      int64
	Errors        int64
	MaxMemoryUsed unit.MiB // 0: no line told
}

// Invocation is one REPORT line. Pointers would be slow at ten million
// lines: an absent number is -1, an absent time the zero time.
type Invocation struct {
	RequestID       []byte
	At              time.Time
	DurationMs      float64
	BilledMs        int64
	InitMs          float64
	RestoreMs       float64
	BilledRestoreMs float64
	Memory          unit.MiB
	MaxMemoryUsed   unit.MiB
	Status          string // "", "timeout", "error", "failure", "success"
	ErrorType       string
}

// Fetch is an entry of the ledger: what was asked for, when, and whether it
// is complete. The ledger is what makes a run resumable: a later run asks for
// what no complete entry covers.
type Fetch struct {
	Account  unit.AccountID
	Region   unit.Region
	Resource Ref    // 0: the account and region as a whole
	Group    string // "lambda-metrics", "lambda-reports", ...
	Window   model.Window
	// SettledTo: see MetricBlock.
	SettledTo time.Time
	// Open is true for an interval that failed; Reason says why, Action names
	// the IAM action for a missing permission.
	Open   bool
	Reason string
	Action string
	At     time.Time
}

// Call is one kind of AWS request made by a run, summed.
type Call struct {
	At          time.Time
	Account     unit.AccountID
	Region      unit.Region
	Operation   string // "cloudwatch:GetMetricData"
	Requests    int64
	BilledUnits int64 // metrics requested, GB scanned times 10^9, ...
	Cost        unit.USD
	// Unpriced is true where the price book lacks the price: Cost is then
	// unknown and shows as NULL.
	Unpriced bool
}

// MonthPrice is the average price of a dimension over one calendar month of
// one resource's bill: hourly_costs multiplies it with each hour's quantity.
type MonthPrice struct {
	Month     time.Time
	Account   unit.AccountID
	Region    unit.Region
	Service   string
	Dimension string
	Unit      string
	Average   unit.USD
	Unknown   bool // the book lacks the price: costs show as NULL
	Book      string
}
