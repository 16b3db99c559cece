package awstest

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Truth is what really happened in [From, To), added up request by request.
// Money is in US dollars as exact decimals, before any free tier.
type Truth struct {
	AccountID string          `json:"account_id"`
	From      time.Time       `json:"from"`
	To        time.Time       `json:"to"`
	CostUSD   decimal.Decimal `json:"cost_usd"`
	Regions   []RegionTruth   `json:"regions"`
	Functions []FunctionTruth `json:"functions"`
}

// RegionTruth is a region's bill.
type RegionTruth struct {
	Region  string          `json:"region"`
	CostUSD decimal.Decimal `json:"cost_usd"`
	Months  []MonthBill     `json:"months"`
}

// MonthBill is what a region or a function costs in a UTC calendar month, as
// far as it lies in the window. Tiers are the region's: a function bears its
// dimension's average price of the month.
type MonthBill struct {
	Month      string          `json:"month"` // 2026-11
	CostUSD    decimal.Decimal `json:"cost_usd"`
	Dimensions []DimensionBill `json:"dimensions"`
}

// DimensionBill is a billed dimension. Quantities are requests or GB-seconds.
type DimensionBill struct {
	Dimension string          `json:"dimension"`
	Quantity  decimal.Decimal `json:"quantity"`
	CostUSD   decimal.Decimal `json:"cost_usd"`
}

// FunctionTruth is one function, deleted ones included.
type FunctionTruth struct {
	Name         string          `json:"name"`
	ARN          string          `json:"arn"`
	Region       string          `json:"region"`
	Architecture string          `json:"architecture"`
	MemoryMB     int             `json:"memory_mb"` // at the server's Now
	Deleted      bool            `json:"deleted"`
	HasReports   bool            `json:"has_reports"` // every request of the window has a REPORT line in a log group
	Counts       Counts          `json:"counts"`
	CostUSD      decimal.Decimal `json:"cost_usd"`
	Months       []MonthBill     `json:"months"`
}

// Counts adds up requests. Durations are exact: hundredths of a millisecond.
type Counts struct {
	Invocations            int64 `json:"invocations"`
	Errors                 int64 `json:"errors"`
	Throttles              int64 `json:"throttles"`
	Timeouts               int64 `json:"timeouts"`
	Crashes                int64 `json:"crashes"`
	ColdStarts             int64 `json:"cold_starts"` // with Init Duration
	Restores               int64 `json:"restores"`    // with Restore Duration
	DurationHundredths     int64 `json:"duration_hundredths_ms"`
	InitHundredths         int64 `json:"init_hundredths_ms"`    // of the cold starts
	RestoreHundredths      int64 `json:"restore_hundredths_ms"` // of the restores
	BilledMs               int64 `json:"billed_ms"`
	ProvisionedInvocations int64 `json:"provisioned_invocations"`
	SpilloverInvocations   int64 `json:"spillover_invocations"`
	MaxMemoryUsedMB        int64 `json:"max_memory_used_mb"`
}

// Truth gives the truth from the beginning of the history to the server's
// clock.
func (s *Server) Truth() Truth { return s.TruthBetween(s.Start(), s.Now()) }

// TruthBetween gives the truth of the requests that start in [from, to) and
// have ended by the server's clock. With Options.Large it is empty.
func (s *Server) TruthBetween(from, to time.Time) Truth {
	t := Truth{AccountID: AccountID, From: from.UTC(), To: to.UTC()}
	now := s.Now()
	for _, name := range slices.Sorted(maps.Keys(s.acct.regions)) {
		region, functions := s.regionTruth(s.acct.regions[name], from, to, now)
		t.CostUSD = t.CostUSD.Add(region.CostUSD)
		t.Regions = append(t.Regions, region)
		t.Functions = append(t.Functions, functions...)
	}
	return t
}

// Function finds a function of the truth by name.
func (t *Truth) Function(name string) (FunctionTruth, bool) {
	for _, f := range t.Functions {
		if f.Name == name {
			return f, true
		}
	}
	return FunctionTruth{}, false
}

// WriteJSON writes the truth as indented JSON, money as decimal strings.
func (t *Truth) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(t)
}

// usage is the quantity of each dimension in each month.
type usage map[string]map[string]decimal.Decimal

func (u usage) add(month, dimension string, q decimal.Decimal) {
	if q.IsZero() {
		return
	}
	if u[month] == nil {
		u[month] = map[string]decimal.Decimal{}
	}
	u[month][dimension] = u[month][dimension].Add(q)
}

func (s *Server) regionTruth(r *region, from, to, now time.Time) (RegionTruth, []FunctionTruth) {
	total := usage{}
	uses := make([]usage, len(r.functions))
	out := make([]FunctionTruth, len(r.functions))
	for i, f := range r.functions {
		out[i], uses[i] = s.functionTruth(f, from, to, now)
		for month, dims := range uses[i] {
			for dim, q := range dims {
				total.add(month, dim, q)
			}
		}
	}
	bill := RegionTruth{Region: r.name}
	bill.Months, bill.CostUSD = billMonths(r.name, total, total)
	for i := range out {
		out[i].Months, out[i].CostUSD = billMonths(r.name, uses[i], total)
	}
	return bill, out
}

// shareDigits is the precision of a function's share of a tiered bill.
const shareDigits = 24

// billMonths prices u, which is a part of the region's total of Lambda.
func billMonths(region string, u, total usage) ([]MonthBill, decimal.Decimal) {
	return billAt(prices, region, u, total)
}

// billAt prices u, which is a part of the region's total of a service.
func billAt(prices map[string]dimensionPrices, region string, u, total usage) ([]MonthBill, decimal.Decimal) {
	var out []MonthBill
	sum := decimal.Zero
	for _, month := range slices.Sorted(maps.Keys(u)) {
		m := MonthBill{Month: month}
		for _, dim := range slices.Sorted(maps.Keys(u[month])) {
			q, all := u[month][dim], total[month][dim]
			cost := tieredCost(prices[dim][region], all)
			if !q.Equal(all) {
				cost = cost.Mul(q).DivRound(all, shareDigits)
			}
			m.Dimensions = append(m.Dimensions, DimensionBill{dim, q, cost})
			m.CostUSD = m.CostUSD.Add(cost)
		}
		sum = sum.Add(m.CostUSD)
		out = append(out, m)
	}
	return out, sum
}

// monthTally is a function's requests in one month; products of memory and
// time are in MB x ms.
type monthTally struct{ requests, onDemand, provisioned, ephemeral int64 }

func (s *Server) functionTruth(f *function, from, to, now time.Time) (FunctionTruth, usage) {
	out := FunctionTruth{
		Name: f.name, ARN: f.arn(), Region: f.region, Architecture: f.arch, Deleted: f.deleted,
		MemoryMB:   f.memoryAt(now.UnixMilli(), s.acct.window(s.opt.Now)),
		HasReports: f.hasReport() && f.keepsFrom(now) <= from.UnixMilli(),
	}
	months := map[string]*monthTally{}
	fromMs, toMs, nowMs := from.UnixMilli(), to.UnixMilli(), now.UnixMilli()
	var m *monthTally
	var monthEnd int64
	for i := range f.requests {
		r := &f.requests[i]
		if r.start < fromMs || r.start >= toMs || r.end() > nowMs {
			continue
		}
		if m == nil || r.start >= monthEnd {
			key, end := monthOf(r.start)
			m, monthEnd = new(monthTally), end
			months[key] = m
		}
		m.add(f, r)
		out.Counts.add(r)
	}
	u := usage{}
	for month, m := range months {
		m.bill(f, u, month)
	}
	f.addIdle(u, from, to)
	return out, u
}

// monthOf gives the UTC month of an instant and its end, in Unix milliseconds.
func monthOf(ms int64) (string, int64) {
	t := time.UnixMilli(ms).UTC()
	return t.Format("2006-01"), time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
}

func (m *monthTally) add(f *function, r *request) {
	if r.is(flagThrottled) {
		return
	}
	n, ms := int64(r.weight), int64(r.billed)
	m.requests += n
	if r.is(flagProvisioned) {
		m.provisioned += n * ms * int64(r.memoryMB)
	} else {
		m.onDemand += n * ms * int64(r.memoryMB)
	}
	m.ephemeral += n * ms * int64(f.ephemeralMB-freeEphemeralInMB)
}

func (m *monthTally) bill(f *function, u usage, month string) {
	suffix := f.suffix()
	u.add(month, dimRequests, decimal.NewFromInt(m.requests))
	u.add(month, "duration"+suffix, gbSeconds(m.onDemand))
	u.add(month, "provisioned-duration"+suffix, gbSeconds(m.provisioned))
	u.add(month, "ephemeral-storage"+suffix, gbSeconds(m.ephemeral))
}

func (f *function) suffix() string {
	if f.arch == arm {
		return archSuffixArm
	}
	return archSuffixX86
}

// gbSeconds converts MB x ms; the quotient is finite, its divisor being
// 2^13 x 5^3.
func gbSeconds(mbMs int64) decimal.Decimal {
	return decimal.NewFromInt(mbMs).DivRound(decimal.NewFromInt(gbSecondsPerMBms), 13)
}

// addIdle adds the price of keeping provisioned concurrency, for each second
// of the window.
func (f *function) addIdle(u usage, from, to time.Time) {
	if f.provisioned == 0 {
		return
	}
	for at := from.UnixMilli(); at < to.UnixMilli(); {
		month, end := monthOf(at)
		end = min(end, to.UnixMilli())
		u.add(month, "provisioned-concurrency"+f.suffix(), gbSeconds((end-at)*int64(f.provisioned)*int64(f.memory)))
		at = end
	}
}

func (c *Counts) add(r *request) {
	n := int64(r.weight)
	if r.is(flagThrottled) {
		c.Throttles += n
		return
	}
	c.Invocations += n
	c.DurationHundredths += n * int64(r.duration)
	c.BilledMs += n * int64(r.billed)
	c.MaxMemoryUsedMB = max(c.MaxMemoryUsedMB, int64(r.usedMB))
	tally := func(flag flags, counter *int64) {
		if r.is(flag) {
			*counter += n
		}
	}
	tally(flagError, &c.Errors)
	tally(flagTimeout, &c.Timeouts)
	tally(flagCrash, &c.Crashes)
	tally(flagProvisioned, &c.ProvisionedInvocations)
	tally(flagSpill, &c.SpilloverInvocations)
	switch {
	case r.is(flagRestore):
		c.Restores += n
		c.RestoreHundredths += n * int64(r.init)
	case r.is(flagCold):
		c.ColdStarts += n
		c.InitHundredths += n * int64(r.init)
	}
}

// SeriesTruth is what a metric of a function must show.
type SeriesTruth struct {
	Points           int64 // periods with data
	SampleCount      int64
	SumHundredths    int64
	Minimum, Maximum float64
}

// SeriesTruth counts the data of a function's metric in [from, to), in periods
// of the given seconds from `from` on: one pass over the requests, apart from
// the way GetMetricData takes. It knows Invocations, Errors, Throttles,
// Duration, ProvisionedConcurrencyInvocations and UrlRequestCount.
func (s *Server) SeriesTruth(region, function, metric string, from, to time.Time, period int64) (SeriesTruth, bool) {
	f := s.acct.region(region).byName[function]
	if f == nil {
		return SeriesTruth{}, false
	}
	var t SeriesTruth
	nowMs, last := s.Now().UnixMilli(), int64(-1)
	for i := range f.requests {
		r := &f.requests[i]
		x, ok := truthValue(f, r, metric)
		if !ok || r.start < from.UnixMilli() || r.start >= to.UnixMilli() || r.end() > nowMs {
			continue
		}
		if p := (r.start/1000 - from.Unix()) / period; p != last {
			t.Points++
			last = p
		}
		value := float64(x) / 100
		if t.SampleCount == 0 || value < t.Minimum {
			t.Minimum = value
		}
		t.Maximum = max(t.Maximum, value)
		t.SampleCount += int64(r.weight)
		t.SumHundredths += x * int64(r.weight)
	}
	return t, true
}

func truthValue(f *function, r *request, metric string) (int64, bool) {
	throttled := r.is(flagThrottled)
	one := func(b bool) int64 {
		if b {
			return 100
		}
		return 0
	}
	switch metric {
	case "Invocations":
		return 100, !throttled
	case "Errors":
		return one(r.is(flagError)), !throttled
	case "Throttles":
		return one(throttled), true
	case "Duration":
		return int64(r.duration), !throttled
	case "ProvisionedConcurrencyInvocations":
		return 100, r.is(flagProvisioned)
	case "UrlRequestCount":
		return 100, f.url && !throttled
	}
	return 0, false
}

// Lines gives the REPORT lines of a function in the window as they stand in
// its log group, oldest request first, for imports from files.
func (s *Server) Lines(region, function string, from, to time.Time) []string {
	f := s.acct.region(region).byName[function]
	if f == nil {
		return nil
	}
	var out []string
	for i := range f.requests {
		if r := &f.requests[i]; f.writes(i, eventReport) && r.end() >= from.UnixMilli() && r.end() < to.UnixMilli() {
			out = append(out, strings.TrimSuffix(string(f.appendMessage(nil, i, eventReport)), "\n"))
		}
	}
	return out
}
