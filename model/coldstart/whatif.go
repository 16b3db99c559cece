package coldstart

import (
	"math"

	"github.com/breakeven-dev/breakeven/model/capacity"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Hour is the load of an hour: requests a second, the mean seconds that one
// takes, and the seconds of init billed for a cold start. Within the hour
// arrivals are taken as random; give the rate of its busiest minutes where
// they come in bursts.
type Hour struct{ Rate, Service, Init float64 }

// Goal is a latency target that a share of requests must meet, such as 0.99,
// and the shares of warm and of cold requests that take longer than it.
type Goal struct{ Quantile, WarmOver, ColdOver float64 }

// ColdShare returns the largest share of cold starts with which the goal is
// met: w + c·(over - w) = 1 - q, solved for c. It is false where warm requests
// alone miss it.
func (g Goal) ColdShare() (float64, bool) {
	spare := 1 - g.Quantile - g.WarmOver
	switch {
	case !(spare >= 0):
		return 0, false
	case g.ColdOver-g.WarmOver <= spare:
		return 1, true
	}
	return spare / (g.ColdOver - g.WarmOver), true
}

// Prices are dollars a GB-second: of provisioned concurrency that stands
// ready, of requests on it, and of requests on demand.
type Prices struct{ Idle, Busy, OnDemand unit.USD }

// Schedule is provisioned concurrency by hour.
type Schedule struct {
	// Instances to provision in each hour and the share of its requests that
	// then start cold.
	Instances []int
	ColdShare []float64
	// Cost is that of ready instances, requests and init over the hours;
	// Without is the same without any provisioned, Constant with the number
	// of Peak all the time. Request prices are the same in all.
	Cost, Without, Constant unit.USD
	Peak                    int
}

// Plan returns the provisioned concurrency of least cost with which at most
// the share allowed of every hour's requests starts cold: the fewest
// instances that do, and as many more as are used enough to pay for
// themselves.
func Plan(hours []Hour, life Lifetime, memory unit.MiB, p Prices, allowed float64) Schedule {
	var s Schedule
	for _, h := range hours {
		n := h.needed(life, allowed)
		for n < maxInstances && h.pays(n+1, p) {
			n++
		}
		s.Instances = append(s.Instances, n)
		s.ColdShare = append(s.ColdShare, ShareBeyond(h.Rate, h.Service, life, n))
		s.Cost = s.Cost.Add(h.cost(n, life, memory, p))
		s.Without = s.Without.Add(h.cost(0, life, memory, p))
		s.Peak = max(s.Peak, n)
	}
	for _, h := range hours {
		s.Constant = s.Constant.Add(h.cost(s.Peak, life, memory, p))
	}
	return s
}

// needed is the least number of provisioned instances with which at most the
// share allowed starts cold. More never start more cold.
func (h Hour) needed(life Lifetime, allowed float64) int {
	low, high := 0, 1
	if h.Rate <= 0 {
		return 0
	}
	for high < maxInstances && ShareBeyond(h.Rate, h.Service, life, high) > allowed {
		low, high = high, 2*high
	}
	if ShareBeyond(h.Rate, h.Service, life, 0) <= allowed {
		return 0
	}
	for low+1 < high {
		if mid := (low + high) / 2; ShareBeyond(h.Rate, h.Service, life, mid) > allowed {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// busy is how many of n provisioned instances work on average.
func (h Hour) busy(n int) float64 {
	load := h.Rate * h.Service
	return load * (1 - capacity.ErlangB(n, load))
}

// pays tells whether the n-th provisioned instance costs less than the
// requests that it takes would cost on demand.
func (h Hour) pays(n int, p Prices) bool {
	used := h.busy(n) - h.busy(n-1)
	return p.OnDemand.Sub(p.Busy).Mul(unit.QuantityFromFloat(used)).Cmp(p.Idle) > 0
}

// cost is that of one hour with n provisioned instances.
func (h Hour) cost(n int, life Lifetime, memory unit.MiB, p Prices) unit.USD {
	busy := h.busy(n)
	elsewhere := h.Rate*h.Service - busy
	if h.Rate > 0 {
		elsewhere += h.Rate * ShareBeyond(h.Rate, h.Service, life, n) * h.Init
	}
	second := p.Idle.Mul(unit.QuantityOf(int64(n))).
		Add(p.Busy.Mul(unit.QuantityFromFloat(busy))).
		Add(p.OnDemand.Mul(unit.QuantityFromFloat(max(0, elsewhere))))
	return second.Mul(memory.GB()).Mul(unit.QuantityOf(secondsAnHour))
}

const (
	secondsAnHour = 3600
	secondsAMonth = 730 * secondsAnHour
)

// Warming is what pings that keep instances warm achieve.
type Warming struct {
	// Before and After are the shares of requests that start cold.
	Before, After float64
	// PingsAMonth are the requests that it takes.
	PingsAMonth int64
	// Works is false where pings come too rarely to keep anything.
	Works bool
}

// KeepWarm tells what it does to ping a number of instances at once, every so
// many seconds. It keeps them from ending by idleness, and nothing else:
// starts because all instances are busy stay, pings take instances from
// requests while they run, and AWS replaces instances anyway. Provisioned
// concurrency is the same thing with a promise.
func KeepWarm(rate, service float64, life Lifetime, instances int, every float64) Warming {
	w := Warming{Before: Share(rate, service, life), Works: every > 0 && every < life.Low && instances > 0}
	w.After = w.Before
	if w.Works {
		w.After = ShareBeyond(rate, service, life, instances)
		w.PingsAMonth = int64(math.Ceil(secondsAMonth/every)) * int64(instances)
	}
	return w
}

// SnapStartPrices are dollars a GB-second on demand, a GB-second of cached
// snapshots, and a GB restored; the latter two are zero for Java.
type SnapStartPrices struct{ OnDemand, Cache, Restore unit.USD }

// Snapshots compares init with restored snapshots.
type Snapshots struct {
	// ColdStarts is how many requests start cold in the hours, either way.
	ColdStarts float64
	// Init is what their init costs on demand, Restored what restoring and
	// caching costs instead.
	Init, Restored unit.USD
}

// SnapStart tells what it costs to restore snapshots in place of init. Each
// published version's snapshot is cached all the time and restored as large
// as the memory at every cold start; restore is the billed seconds of one,
// runtime hooks mostly (aws.amazon.com/lambda/pricing, SnapStart). It does
// not make cold starts fewer.
func SnapStart(hours []Hour, life Lifetime, memory unit.MiB, versions int, restore float64, p SnapStartPrices) Snapshots {
	var s Snapshots
	initSeconds := 0.0
	for _, h := range hours {
		if h.Rate > 0 {
			cold := h.Rate * secondsAnHour * Share(h.Rate, h.Service, life)
			s.ColdStarts += cold
			initSeconds += cold * h.Init
		}
	}
	gb := memory.GB()
	cached := unit.QuantityOf(int64(len(hours)) * secondsAnHour * int64(versions))
	s.Init = p.OnDemand.Mul(gb).Mul(unit.QuantityFromFloat(initSeconds))
	s.Restored = p.Cache.Mul(gb).Mul(cached).
		Add(p.Restore.Mul(gb).Mul(unit.QuantityFromFloat(s.ColdStarts))).
		Add(p.OnDemand.Mul(gb).Mul(unit.QuantityFromFloat(s.ColdStarts * restore)))
	return s
}
