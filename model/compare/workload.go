package compare

import (
	"cmp"
	"math"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/capacity"
	"github.com/breakeven-dev/breakeven/model/coldstart"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Assumptions are what sizing assumes; the zero value means the defaults.
type Assumptions struct {
	// Utilisation is how full servers may be in the peak, above 0 to 1;
	// 0 means 0.7.
	Utilisation float64
	// Servers is the least number of servers; 0 means 2, in two zones.
	Servers int
	// OperatingHours a month are what people spend on Fargate or EC2 that they
	// do not on Lambda, OperatingUSD what each costs; 0 leaves them out.
	OperatingHours, OperatingUSD float64
}

// operating is what people's time costs a month.
func (a Assumptions) operating() capacity.Dollars {
	return capacity.Dollars(a.OperatingHours * a.OperatingUSD)
}

const (
	defaultUtilisation = 0.7
	defaultServers     = 2
	// managedServers is the least number of Lambda Managed Instances: three,
	// in three zones, as remembered from the AWS Lambda developer guide.
	managedServers = 3
	// monthSeconds are the seconds of the 730 hours that "a month" means.
	monthSeconds = model.HoursPerMonth * 3600
	// fullCPU is the memory size in MB that comes with a whole vCPU (AWS
	// Lambda developer guide, "Configure memory").
	fullCPU = 1769
	// mibPerGB are the MiB of what AWS calls a GB.
	mibPerGB = 1024
)

func (a Assumptions) filled() Assumptions {
	if a.Utilisation <= 0 || a.Utilisation > 1 {
		a.Utilisation = defaultUtilisation
	}
	if a.Servers <= 0 {
		a.Servers = defaultServers
	}
	return a
}

// Profile is a load hour by hour, in any unit: only its shape counts.
type Profile struct {
	Hours []float64 // each 0 or more; without any, servers only stand for the peak
	// Name says for people what it is, such as "the mean week".
	Name string
}

// Goal is a latency goal: Quantile of the requests within Seconds.
type Goal struct {
	Seconds  float64
	Quantile float64 // 0.99 for p99
}

// Range is a number with its doubt.
type Range struct{ Low, Likely, High float64 }

// sure returns a range without spread.
func sure(x float64) Range { return Range{x, x, x} }

func (r Range) at(s scenario) float64 {
	switch s {
	case low:
		return r.Low
	case high:
		return r.High
	}
	return r.Likely
}

// scenario is one end of the assumptions, or their middle.
type scenario int

const (
	low scenario = iota
	likely
	high
	scenarios
)

// Workload is what is to be run.
type Workload struct {
	Region       unit.Region
	Architecture unit.Architecture
	Memory       unit.MiB
	// RatePerSecond is the mean arrival rate, PeakPerSecond that of the peak
	// to size for; a smaller peak counts as the mean.
	RatePerSecond, PeakPerSecond float64
	// Seconds is the mean time a request takes.
	Seconds float64
	// CPUSeconds of a whole vCPU a request needs, and whether that was told;
	// if not, see UnknownCPU.
	CPUSeconds Range
	CPUKnown   bool
	// MemoryGB is what a request holds on a server.
	MemoryGB Range
	// LargestGB is the memory of the largest request; 0 means MemoryGB.
	LargestGB float64
	// RequestDriven workloads have callers who wait: servers then need a
	// load balancer.
	RequestDriven bool
	// Billed is the function as it is billed; nil prices it from the book.
	Billed *Billed
	Goal   *Goal
	// Variability is how unevenly requests come and take time; its zero value
	// means capacity.Random.
	Variability capacity.Variability
	// ColdShare and InitSeconds say how Lambda meets a goal.
	ColdShare, InitSeconds float64
}

// Billed is what a function costs as it is.
type Billed struct {
	// Monthly is its cost in 730 hours; Idle the part of it that does not
	// grow with requests (provisioned concurrency).
	Monthly model.Cost
	Idle    model.Cost
	// Fixed is the part of Monthly that costs the same on either architecture
	// (requests), Held the part that is memory over busy time and Standing
	// the part that is memory over all time, both at the other architecture's
	// prices; Missing says why those are unknown.
	Fixed, Held, Standing model.Cost
	Missing               error
}

// onOther is the cost on the other architecture, within the range of
// durations there.
func (b *Billed) onOther(w Workload) (model.Cost, error) {
	if b.Missing != nil || b.Fixed.Unknown || b.Held.Unknown || b.Standing.Unknown {
		return model.UnknownCost, cmp.Or(b.Missing, errUnpriced)
	}
	arch, held := other(w.Architecture), b.Held
	times := func(u unit.USD, sc scenario) unit.USD {
		return u.Mul(unit.QuantityFromFloat(durationRatio(w, arch, sc))).Round(scalePlaces)
	}
	held = model.Cost{Low: times(held.Low, low), Likely: held.Likely, High: times(held.High, high)}
	return b.Fixed.Add(held).Add(b.Standing), nil
}

// scalePlaces is where scaled amounts are cut, far below any cent.
const scalePlaces = 15

// UnknownCPU bounds the CPU time of a request that takes seconds at a memory
// size when nothing is known of it: from none to all of the CPU share of one
// thread; half of that is the likely value.
func UnknownCPU(seconds float64, memory unit.MiB) Range {
	all := seconds * cpuShare(memory)
	return Range{Low: 0, Likely: all / 2, High: all}
}

// KnownCPU is a CPU time that was measured.
func KnownCPU(seconds float64) Range { return sure(seconds) }

// KnownMemory is a memory size without doubt.
func KnownMemory(m unit.MiB) Range { return sure(float64(m) / mibPerGB) }

// cpuShare is the part of a vCPU that one thread gets at a memory size.
func cpuShare(m unit.MiB) float64 { return min(float64(m)/fullCPU, 1) }

func (w Workload) gb() float64 { return float64(w.Memory) / mibPerGB }

func (w Workload) peakFactor() float64 {
	if w.RatePerSecond <= 0 || math.IsNaN(w.PeakPerSecond) {
		return 1
	}
	return max(1, w.PeakPerSecond/w.RatePerSecond)
}

// work is what a request asks of a server under a scenario.
func (w Workload) work(s scenario) capacity.Work {
	return capacity.Work{
		CPUSeconds: w.CPUSeconds.at(s), Seconds: w.Seconds,
		GBSeconds: w.MemoryGB.at(s) * w.Seconds, LargestGB: max(w.LargestGB, w.MemoryGB.at(s)),
	}
}

// variability is the workload's, or that of random requests.
func (w Workload) variability() capacity.Variability {
	if w.Variability == (capacity.Variability{}) {
		return capacity.Random
	}
	return w.Variability
}

// waiting is the part of a request that no CPU shortens.
func (w Workload) waiting() float64 {
	return max(w.Seconds-w.CPUSeconds.Likely/cpuShare(w.Memory), 0)
}

// serverSeconds is how long a request takes where it gets a share of a vCPU:
// its waiting, and its CPU time at that speed.
func (w Workload) serverSeconds(speed float64) float64 {
	return w.waiting() + w.CPUSeconds.Likely/speed
}

// speedFor is the least share of a vCPU at which a goal can be met, 0 where
// there is no goal or none can meet it.
func (w Workload) speedFor() float64 {
	if w.Goal == nil || w.serverSeconds(1) > w.Goal.Seconds {
		return 0
	}
	return w.CPUSeconds.Likely / (w.Goal.Seconds - w.waiting())
}

// WithPriorColdStarts returns w with the cold starts that random arrivals at
// its rate would have, of a runtime that nobody named.
func WithPriorColdStarts(w Workload) Workload {
	w.ColdShare = coldstart.Share(w.RatePerSecond, w.Seconds, coldstart.DefaultLifetime)
	w.InitSeconds = coldstart.PriorInit("") / 1000
	return w
}
