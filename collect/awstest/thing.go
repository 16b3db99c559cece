package awstest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// simulated is a service other than Lambda: how its calls are told apart and
// answered, what there is of it, and what that costs. Each is one file, which
// registers such a value.
type simulated struct {
	// name as in usage files ("sqs").
	name string
	// signing is the service's name in the signature of its calls ("sqs").
	signing string
	// iam is the prefix of its IAM actions ("sqs").
	iam      string
	protocol protocol
	// operation names the call ("ListQueues"); nil: the protocol's header or
	// form field does.
	operation func(*call) string
	// handlers by operation.
	handlers map[string]func(*Server, *call) (reply, *apiError)
	// things of the demonstration account, deleted ones included.
	things func(w window) []*thing
	// prices of billed dimensions, per unit; units gives how many counts of
	// thing.bill make one unit, 1 where it is silent.
	prices map[string]dimensionPrices
	units  map[string]decimal.Decimal
}

// simulations are the registered services.
var simulations []*simulated

// simulate registers a service, for use in a package-level declaration.
func simulate(s simulated) *simulated {
	simulations = append(simulations, &s)
	return &s
}

func simulationOf(signing string) *simulated {
	for _, s := range simulations {
		if s.signing == signing {
			return s
		}
	}
	return nil
}

// thing is a resource of such a service. What happens to it in a minute is a
// function of the minute alone, so that a month of it takes no memory.
type thing struct {
	service, where, name, arn string
	tags                      map[string]string
	deleted                   bool
	from, to                  float64 // of its life, as shares of the history; 0, 0 is the whole
	shape                     shape
	perMinute                 float64 // mean arrivals
	seed                      uint64
	start, end                int64 // of its life, Unix seconds, whole minutes
	metrics                   []thingMetric
	// bill adds what a minute (Unix seconds) is billed for.
	bill func(t *thing, minute int64, add func(dimension string, n int64))
	// spec is the service's own description of it.
	spec any
}

// thingMetric is one metric of a thing.
type thingMetric struct {
	namespace, name string
	dims            []dimension
	every           int64 // seconds from datum to datum; 0: 60
	// at emits the data of a minute, in hundredths, with how often each counts.
	at func(t *thing, minute int64, emit func(hundredths int64, weight uint32))
	of *thing
}

// key names a metric in the region's index.
func metricKey(namespace, name string, dims []dimension) string {
	sorted := slices.Clone(dims)
	slices.SortFunc(sorted, func(a, b dimension) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	b.WriteString(namespace + "\x00" + name)
	for _, d := range sorted {
		b.WriteString("\x00" + d.Name + "\x01" + d.Value)
	}
	return b.String()
}

// addThings puts every simulated service's things into the account.
func (a *account) addThings(opt Options) {
	w := a.window(opt.Now)
	for _, s := range simulations {
		for _, t := range s.things(w) {
			a.addThing(s, t, opt, w)
		}
	}
	for _, r := range a.regions {
		r.sortThings()
	}
}

func (r *region) sortThings() {
	slices.SortStableFunc(r.things, func(x, y *thing) int {
		return strings.Compare(x.service+"\x00"+x.name, y.service+"\x00"+y.name)
	})
}

func (a *account) addThing(s *simulated, t *thing, opt Options, w window) {
	t.service, t.seed = s.name, hashString(opt.Seed, s.name+"/"+t.where+"/"+t.name)
	t.perMinute *= opt.Rate
	t.start, t.end = w.start/1000, a.end.Unix()
	if t.to > 0 {
		t.start, t.end = w.at(t.from)/1000, w.at(t.to)/1000
	}
	r := a.regions[t.where]
	if r == nil {
		r = &region{name: t.where, byName: map[string]*function{}}
		a.regions[t.where] = r
	}
	if r.metrics == nil {
		r.metrics = map[string]*thingMetric{}
	}
	r.things = append(r.things, t)
	for i := range t.metrics {
		m := &t.metrics[i]
		m.of = t
		if m.every == 0 {
			m.every = 60
		}
		r.metrics[metricKey(m.namespace, m.name, m.dims)] = m
	}
}

// thingsOf lists a service's things that list calls show.
func (r *region) thingsOf(service string) []*thing {
	var out []*thing
	for _, t := range r.things {
		if t.service == service && !t.deleted {
			out = append(out, t)
		}
	}
	return out
}

// thingNamed finds a live thing of a service by name or ARN.
func (r *region) thingNamed(service, name string) *thing {
	for _, t := range r.thingsOf(service) {
		if t.name == name || t.arn == name {
			return t
		}
	}
	return nil
}

// arrivals is how often the thing was used in a minute of its life. What salt
// distinguishes is drawn apart.
func (t *thing) arrivals(minute int64, salt uint64) int64 {
	if minute < t.start || minute >= t.end || t.perMinute == 0 {
		return 0
	}
	rate := t.perMinute
	h := mix(t.seed ^ mix(uint64(minute)<<8|salt))
	switch t.shape {
	case shapeNever:
		return 0
	case shapeConstant:
		return int64(rate)
	case shapeDiurnal:
		rate *= 0.25 + 1.5*dayWave(minute)
	case shapeBursty:
		if storm := mix(t.seed ^ uint64(minute/600)); unit(storm) < 0.1 {
			rate *= 8
		} else {
			rate *= 0.2
		}
	case shapeCron:
		if minute%3600 != 0 {
			return 0
		}
		rate *= 60
	case shapeSteady, shapeEvent:
	}
	// A number around the rate whose mean is the rate: whole part and chance.
	x := rate * (0.5 + unit(h))
	n := int64(x)
	if unit(mix(h+1)) < x-float64(n) {
		n++
	}
	return n
}

// dayWave runs from 0 at four in the morning UTC to 1 at four in the
// afternoon.
func dayWave(minute int64) float64 {
	hour := float64(minute%daySeconds)/3600 - 4
	if hour < 0 {
		hour += 24
	}
	if hour > 12 {
		hour = 24 - hour
	}
	return hour / 12
}

// draw gives a reproducible number in [0, 1) for the i-th event of a minute.
func (t *thing) draw(minute, i int64, what uint64) float64 {
	return unit(mix(t.seed ^ mix(uint64(minute)<<20^uint64(i)<<8^what)))
}

// scanThing emits the metric's data in [from, to), Unix seconds.
func (m *thingMetric) scan(v view, from, to int64, emit emitFunc) {
	t := m.of
	at := max(from, t.start)
	at += (m.every - at%m.every) % m.every
	more := true
	for ; more && at < min(to, t.end); at += m.every {
		delay := time.Duration(unit(mix(t.seed^uint64(at))) * float64(v.late))
		if time.Unix(at+m.every, 0).Add(delay).After(v.now) {
			continue
		}
		m.at(t, at, func(hundredths int64, weight uint32) {
			if more && weight > 0 {
				more = emit(at, hundredths, weight)
			}
		})
	}
}

// ResourceTruth is what really happened to a resource of a service other than
// Lambda, deleted ones included.
type ResourceTruth struct {
	Service string          `json:"service"`
	Name    string          `json:"name"`
	ARN     string          `json:"arn"`
	Region  string          `json:"region"`
	Deleted bool            `json:"deleted"`
	CostUSD decimal.Decimal `json:"cost_usd"`
	Months  []MonthBill     `json:"months"`
}

// ServiceTruth is a region's bill for a service other than Lambda.
type ServiceTruth struct {
	Service string          `json:"service"`
	Region  string          `json:"region"`
	CostUSD decimal.Decimal `json:"cost_usd"`
	Months  []MonthBill     `json:"months"`
}

// ResourcesBetween gives the truth of all resources but functions in the
// window, minute by minute, and what each service of a region cost.
func (s *Server) ResourcesBetween(from, to time.Time) ([]ServiceTruth, []ResourceTruth) {
	var services []ServiceTruth
	var resources []ResourceTruth
	for _, name := range slices.Sorted(maps.Keys(s.acct.regions)) {
		r := s.acct.regions[name]
		for _, sim := range simulations {
			service, list := sim.truth(r, from.Unix(), min(to.Unix(), s.Now().Unix()))
			if len(list) > 0 {
				services, resources = append(services, service), append(resources, list...)
			}
		}
	}
	return services, resources
}

func (sim *simulated) truth(r *region, from, to int64) (ServiceTruth, []ResourceTruth) {
	total := usage{}
	var uses []usage
	var out []ResourceTruth
	for _, t := range r.things {
		if t.service != sim.name {
			continue
		}
		u := sim.usageOf(t, from, to)
		for month, dims := range u {
			for dim, q := range dims {
				total.add(month, dim, q)
			}
		}
		uses = append(uses, u)
		out = append(out, ResourceTruth{Service: t.service, Name: t.name, ARN: t.arn, Region: r.name, Deleted: t.deleted})
	}
	bill := ServiceTruth{Service: sim.name, Region: r.name}
	bill.Months, bill.CostUSD = billAt(sim.prices, r.name, total, total)
	for i := range out {
		out[i].Months, out[i].CostUSD = billAt(sim.prices, r.name, uses[i], total)
	}
	return bill, out
}

// usageOf adds up what a thing is billed for, minute by minute.
func (sim *simulated) usageOf(t *thing, from, to int64) usage {
	u := usage{}
	for at := max(from, t.start); at < min(to, t.end); {
		month, end := monthOf(at * 1000)
		counts := map[string]int64{}
		for ; at < min(to, t.end, end/1000); at += 60 {
			t.bill(t, at, func(dimension string, n int64) { counts[dimension] += n })
		}
		for dimension, n := range counts {
			q := decimal.NewFromInt(n)
			if per, ok := sim.units[dimension]; ok {
				q = q.DivRound(per, shareDigits)
			}
			u.add(month, dimension, q)
		}
	}
	return u
}
