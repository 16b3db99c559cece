package compare

import (
	"math"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/capacity"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// candidate is an option on its way: its offers under every scenario, or what
// the book lacks.
type candidate struct {
	kind    kind
	offers  [scenarios]offer
	work    capacity.Work // the likely one
	missing error
	notes   []string
}

const (
	// Above manyErlangs staffing follows the square-root rule with ample
	// servers to spare: P(wait) is then below 1e-5 (Halfin and Whitt 1981).
	manyErlangs = 200
	ample       = 4.5
)

// A balancer's load for each request a second. Nobody records connections and
// bytes, so they are ranges: connections are reused by at least ten requests
// in the likely case, and a request with its response has 4 KB.
var (
	connectionsPerRequest = Range{Low: 0.01, Likely: 0.1, High: 1}
	kbPerRequest          = Range{Low: 1, Likely: 4, High: 16}
)

// One balancer capacity unit holds this much (Elastic Load Balancing pricing
// page; as model.LCUs).
const (
	lcuConnections = 25
	lcuActive      = 3000
	lcuGBPerHour   = 1
)

// lcuPerRate is the balancer capacity units of one request a second.
func lcuPerRate(seconds float64, s scenario) float64 {
	gbPerHour := kbPerRequest.at(s) * 3600 / (1024 * 1024)
	return max(connectionsPerRequest.at(s)/lcuConnections, seconds/lcuActive, gbPerHour/lcuGBPerHour)
}

// server builds a standing-capacity option.
func (s *shelf) server(w Workload, k kind, a Assumptions) candidate {
	c := candidate{kind: k, work: w.work(likely)}
	plan := capacity.Plan{Utilisation: a.Utilisation, PeakFactor: w.peakFactor(), Minimum: a.Servers}
	if k.option == Managed {
		plan.Minimum = max(plan.Minimum, managedServers)
	}
	for sc := range scenarios {
		work := w.work(sc)
		sizes, g := s.goods(k, least{work.LargestGB, w.speedFor()})
		if g.missing != nil {
			c.missing = g.missing
			return c
		}
		o := offer{fleets: s.scratch.fleetsOf(sizes, work, plan)}
		c.notes = g.notes
		if k.option != Managed { // those AWS operates
			o.fixed += a.operating()
		}
		if c.missing = s.extras(&o, w, k, sc); c.missing != nil {
			return c
		}
		if w.Goal != nil {
			o.goal = goalServers(w, work)
		}
		c.offers[sc] = o
	}
	return c
}

// fleetsOf returns the fleets of sizes, in memory that lasts until reset.
func (s *scratch) fleetsOf(sizes []capacity.Size, w capacity.Work, p capacity.Plan) []capacity.Fleet {
	first := len(s.fleets)
	s.fleets = capacity.AppendFleets(s.fleets, sizes, w, p)
	return s.fleets[first:len(s.fleets):len(s.fleets)]
}

// extras adds what stands beside the servers: requests of managed instances,
// a balancer for callers who wait.
func (s *shelf) extras(o *offer, w Workload, k kind, sc scenario) error {
	if k.option == Managed {
		f := s.flat(model.LambdaService, "managed-instances-requests")
		if f.missing != nil {
			return f.missing
		}
		o.slope += f.usd * monthSeconds
		return nil
	}
	if !w.RequestDriven {
		return nil
	}
	hour, lcu := s.flat("AWSELB", "application-load-balancer"), s.flat("AWSELB", "application-load-balancer-lcu")
	if hour.missing != nil {
		return hour.missing
	}
	if lcu.missing != nil {
		return lcu.missing
	}
	o.fixed += hour.usd * model.HoursPerMonth
	o.slope += lcu.usd * capacity.Dollars(model.HoursPerMonth*lcuPerRate(w.Seconds, sc))
	return nil
}

// provisioned builds provisioned concurrency that stands for the peak at the
// target utilisation.
func (s *shelf) provisioned(w Workload, arch unit.Architecture, a Assumptions) candidate {
	c := candidate{kind: kind{Provisioned, arch, model.OnDemand}, work: w.work(likely)}
	suffix := model.LambdaSuffix(arch)
	requests := s.flat(model.LambdaService, "requests")
	idle, busy := s.flat(model.LambdaService, "provisioned-concurrency"+suffix), s.flat(model.LambdaService, "provisioned-duration"+suffix)
	for _, f := range []*flat{requests, idle, busy} {
		if f.missing != nil {
			c.missing = f.missing
			return c
		}
	}
	for sc := range scenarios {
		each := math.Inf(1)
		if w.Seconds > 0 {
			each = a.Utilisation / (w.Seconds * w.peakFactor())
		}
		size := &capacity.Size{Name: w.Memory.String(), VCPU: 1, GB: w.gb(), Speed: 1, Slots: 1, Monthly: idle.usd * capacity.Dollars(w.gb()*monthSeconds)}
		o := offer{
			fleets: []capacity.Fleet{{Size: size, Each: each, Minimum: 1}},
			slope:  monthSeconds * (requests.usd + busy.usd*capacity.Dollars(w.gb()*durationRatio(w, arch, sc)*w.Seconds)),
		}
		c.offers[sc] = o
	}
	return c
}

// armRatio is duration on arm64 over x86_64: the same in the likely case;
// 0.8125 and 1.1875 hold the middle of 215 published pairs (median 0.90,
// Python 0.81, .NET 1.18).
var armRatio = Range{Low: 0.8125, Likely: 1, High: 1.1875}

// durationRatio is duration on an architecture over that on the workload's.
func durationRatio(w Workload, arch unit.Architecture, sc scenario) float64 {
	switch {
	case arch == w.Architecture:
		return 1
	case arch == unit.ARM:
		return armRatio.at(sc)
	case sc == low:
		return 1 / armRatio.High
	case sc == high:
		return 1 / armRatio.Low
	}
	return 1
}

// meter builds Lambda's own price curve from the book.
func (s *shelf) meter(w Workload, arch unit.Architecture, sc scenario) (meter, error) {
	requests, duration := s.flat(model.LambdaService, "requests"), s.flat(model.LambdaService, "duration"+model.LambdaSuffix(arch))
	if requests.missing != nil {
		return meter{}, requests.missing
	}
	if duration.missing != nil {
		return meter{}, duration.missing
	}
	m := meter{slope: requests.usd * monthSeconds, gbSeconds: w.gb() * w.Seconds * durationRatio(w, arch, sc) * monthSeconds}
	for _, t := range duration.price.Tiers {
		m.tiers = append(m.tiers, tier{from: t.From.Float64(), usd: capacity.Dollars(t.Price.Float64())})
	}
	return m, nil
}

// billedMeter is a function's own curve: its idle part stands, the rest grows
// with the rate at the price it has now.
func billedMeter(b *Billed, rate float64, sc scenario) meter {
	idle, all := bound(b.Idle, sc), bound(b.Monthly, sc)
	m := meter{fixed: capacity.Dollars(idle)}
	if rate > 0 {
		m.slope = capacity.Dollars((all - idle) / rate)
	}
	return m
}

func bound(c model.Cost, sc scenario) float64 {
	switch sc {
	case low:
		return c.Low.Float64()
	case high:
		return c.High.Float64()
	}
	return c.Likely.Float64()
}

// other is the architecture that a is not.
func other(a unit.Architecture) unit.Architecture {
	if a == unit.ARM {
		return unit.X86
	}
	return unit.ARM
}

// goalServers returns the least servers of a fleet whose queue meets the
// workload's goal by Erlang C: requests wait for a vCPU, and service times
// vary as the workload's do.
func goalServers(w Workload, work capacity.Work) func(*capacity.Fleet, float64) int {
	miss := 1 - w.Goal.Quantile
	return func(f *capacity.Fleet, rate float64) int {
		busy := work.CPUSeconds / f.Size.Speed
		room := w.Goal.Seconds - w.serverSeconds(f.Size.Speed)
		if busy <= 0 || room < 0 || miss <= 0 {
			return 0
		}
		load := rate * w.peakFactor() * busy
		room /= w.variability().Factor()
		if load > manyErlangs {
			return int(min(load+ample*math.Sqrt(load), math.MaxInt32))/f.Size.Slots + 1
		}
		return (capacity.ServersFor(load, room/busy, miss) + f.Size.Slots - 1) / f.Size.Slots
	}
}
