package collect

import (
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// ReportMode says how REPORT lines are read.
type ReportMode string

// The report modes. Insights asks CloudWatch Logs Insights for sums by hour
// and is billed by the GB scanned; Filter reads every line with
// FilterLogEvents, which is free and slow; Off leaves cold starts unknown.
const (
	ReportsInsights ReportMode = "insights"
	ReportsFilter   ReportMode = "filter"
	ReportsOff      ReportMode = "off"
)

// ReportModes lists the modes, the default first.
var ReportModes = []ReportMode{ReportsInsights, ReportsFilter, ReportsOff}

// Options say what to collect and how hard to ask. Now, Clock and Window are
// required; every other zero value is the documented default.
type Options struct {
	// Now is the instant the collection is made for. What is younger than
	// Settle at Now may still change and is asked for again by a later run.
	Now time.Time
	// Clock gives real time, for call rates only.
	Clock func() time.Time `json:"-"`
	// Window is what the database shall hold afterwards.
	Window model.Window
	// Period of the metrics; it divides an hour. 0: the finest that
	// CloudWatch keeps for the age of the data.
	Period time.Duration
	// Settle is how long after its instant a metric may still change.
	// 0: 3 hours. CloudWatch documents no bound; half an hour is seen often
	// (influxdata/telegraf#15415), and re-reading costs no money, because
	// GetMetricData is not billed by the point.
	Settle time.Duration
	// ReportSettle is the same for REPORT lines, whose re-reading is billed.
	// 0: 1 hour.
	ReportSettle time.Duration
	// InventoryAge is how old a stored inventory may be to be taken as it
	// is, without asking for it again. 0: always ask (while fetching starts
	// from what is stored).
	InventoryAge time.Duration
	// Reports says how REPORT lines are read, "" is ReportsInsights.
	Reports ReportMode
	// Only lists the services to collect, by their names in the usage file.
	// None: all.
	Only []string
	// Profiles of the shared AWS configuration, one account each. None: the
	// default chain.
	Profiles []string
	// Regions to collect. None: the default chain's region.
	Regions []unit.Region
	// AllRegions collects every region that is enabled in an account; Regions
	// are then only where to ask.
	AllRegions bool
	// RoleARN is a role to take on; {account} in it stands for each of
	// Accounts. Empty: the profile's own credentials.
	RoleARN string
	// ExternalID goes with RoleARN where the role asks for one.
	ExternalID string
	// Accounts to collect through RoleARN; Organization stands for all active
	// ones of the organisation. None: the role's own account.
	Accounts []unit.AccountID
	// Concurrency is the number of calls in flight at once, 0: 32.
	Concurrency int
	// Rates overrides quotas, in calls a second, by IAM action; the action
	// "*" stands for all others.
	Rates map[string]float64
	// PointsPerSecond overrides AWS's quota on data points, 0: AWS's.
	PointsPerSecond float64
	// MaxCost refuses a run that would cost more. nil: no limit.
	MaxCost *unit.USD
	// Price looks up what one unit of a dimension of AmazonCloudWatch costs
	// in a region. Where the price book does not tell, known is false and
	// each a stand-in, with which MaxCost is kept but nothing is reported.
	// nil: nothing is known.
	Price func(dimension string, region unit.Region) (each unit.USD, known bool) `json:"-"`
	// Seed of the jitter between attempts.
	Seed uint64
	// Progress, if not nil, is called now and then, from one goroutine at a
	// time.
	Progress func(Progress) `json:"-"`
}

// Progress is how far a run is.
type Progress struct {
	// Found is the number of resources so far. Parts are stretches of time of
	// single resources that have to be fetched, as far as known; Done of them
	// are.
	Found, Parts, Done int
	Requests           int64
	Points             int64
	// Spent so far as far as prices are known.
	Spent unit.USD
	// Finished is true in the last call.
	Finished bool
}

func (o *Options) settle() time.Duration       { return orDefault(o.Settle, 3*time.Hour) }
func (o *Options) reportSettle() time.Duration { return orDefault(o.ReportSettle, time.Hour) }
func (o *Options) concurrency() int            { return orDefault(o.Concurrency, 32) }
func (o *Options) reports() ReportMode         { return orDefault(o.Reports, ReportsInsights) }

func orDefault[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

// rate is the quota of an operation in calls a second.
func (o *Options) rate(op *Operation) float64 {
	if r, ok := o.Rates[op.Action]; ok {
		return r
	}
	if r, ok := o.Rates["*"]; ok {
		return r
	}
	return op.PerSecond
}

func (o *Options) points(quota float64) float64 { return orDefault(o.PointsPerSecond, quota) }

// wants reports whether a service is to be collected.
func (o *Options) wants(service string) bool {
	return len(o.Only) == 0 || slices.Contains(o.Only, service)
}
