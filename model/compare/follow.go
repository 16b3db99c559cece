package compare

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/capacity"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// The rules of target tracking: alarms after three minutes above the target
// and after fifteen more than a tenth below it, as the policies of Application
// Auto Scaling and EC2 Auto Scaling set them; 300 s between two steps, the
// default of ECS services (ScaleOutCooldown and ScaleInCooldown,
// TargetTrackingScalingPolicyConfiguration, Application Auto Scaling API
// reference) and of EC2 Auto Scaling groups. A balancer gives up a connection
// that is silent for 60 s (default idle timeout, Application Load Balancer
// user guide): callers who would wait longer are turned away.
const (
	outAfter = 3 * time.Minute
	inAfter  = 15 * time.Minute
	inBelow  = 0.9
	cooldown = 5 * time.Minute
	patience = time.Minute
)

// startMinutes is how long a new server takes until it serves, in minutes:
// placing, pulling the image or booting, and the balancer's health checks. AWS
// promises no figure; an assumption, of what is reported for small images.
var startMinutes = map[string]Range{
	FargateScaled: {Low: 1, Likely: 2, High: 3},
	EC2Scaled:     {Low: 2, Likely: 3, High: 5},
}

const (
	// mostFollowing ends the search for where following servers break even:
	// above so many on average their staircase is as good as a straight line.
	mostFollowing = 100
	// followStep is how finely rates are searched below that, followHalvings
	// how often a step is halved.
	followStep     = 1.2
	followHalvings = 18
	// mostFollowed servers are the most that come and go one by one: more are
	// played in equal bundles, which costs a thousandth of exactness at most.
	mostFollowed = 2000
)

// followKinds are the options that follow a load, on demand: none without one.
func followKinds(arch unit.Architecture, p Profile) []kind {
	if !p.known() {
		return nil
	}
	var kinds []kind
	for _, a := range [...]unit.Architecture{arch, other(arch)} {
		kinds = append(kinds, kind{FargateScaled, a, model.OnDemand}, kind{EC2Scaled, a, model.OnDemand})
	}
	return kinds
}

// known reports whether there is any load to follow.
func (p Profile) known() bool { return p.sum() > 0 }

func (p Profile) sum() float64 {
	sum := 0.0
	for _, h := range p.Hours {
		sum += h
	}
	return sum
}

// shape is the load of each hour over their mean.
func (p Profile) shape() []float64 {
	mean := p.sum() / float64(len(p.Hours))
	shape := make([]float64, len(p.Hours))
	for i, h := range p.Hours {
		shape[i] = h / mean
	}
	return shape
}

// following has servers follow a load. Its trials are shared by every way to
// buy the servers.
type following struct {
	*trials
	// committed are the prices of 730 hours of a server by its size's name
	// under a savings plan; nil buys all on demand.
	committed map[string]capacity.Dollars
}

// trials are what autoscaled servers did at the rates that were asked for.
type trials struct {
	fleets        []capacity.Fleet // sized for each hour, not for the peak
	work          capacity.Work
	goal          func(f *capacity.Fleet, rate float64) int // as in offer
	scaler        capacity.Autoscaler
	shape, sorted []float64 // the load of each hour over their mean; ascending
	rates         []float64 // of the last trial, to be used again
	done          map[float64]*trial
}

// trial is what one fleet did at one mean rate.
type trial struct {
	fleet   *capacity.Fleet
	tracked capacity.Tracked // of bundles of servers
	outcome capacity.Outcome
	bundle  int // servers in each
}

// followers builds the options of servers that follow the load: on demand,
// and with their steady base under either savings plan.
func (s *shelf) followers(w Workload, k kind, a Assumptions, p Profile) []candidate {
	stands := kind{Fargate, k.arch, model.OnDemand}
	if k.option == EC2Scaled {
		stands.option = EC2
	}
	level := w
	level.PeakPerSecond = 0 // each hour has its own
	c := s.server(level, stands, a)
	c.kind = k
	shape := p.shape()
	sorted := slices.Sorted(slices.Values(shape))
	for sc := range scenarios {
		o := &c.offers[sc]
		t := &trials{fleets: o.fleets, work: w.work(sc), goal: o.goal, shape: shape, sorted: sorted, rates: make([]float64, len(shape)), done: map[float64]*trial{}}
		t.scaler = capacity.Autoscaler{
			Delay:    time.Duration(math.Round(startMinutes[k.option].at(sc))) * time.Minute,
			OutAfter: outAfter, InAfter: inAfter, InBelow: inBelow, OutCooldown: cooldown, InCooldown: cooldown,
		}
		if w.RequestDriven {
			t.scaler.Patience = patience
		}
		o.follow = &following{trials: t}
	}
	c.notes = append(slices.Clone(c.notes), followNote(k.option, a, p))
	list := []candidate{c}
	for _, plan := range [...]string{model.SavingsPlan1y, model.SavingsPlan3y} {
		list = append(list, s.committed(c, stands, plan))
	}
	return list
}

// committed is a following candidate with its steady base under a plan.
func (s *shelf) committed(c candidate, stands kind, plan string) candidate {
	stands.purchase, c.kind.purchase = plan, plan
	_, g := s.goods(stands, least{})
	if c.missing == nil {
		c.missing = g.missing
	}
	for sc := range scenarios {
		c.offers[sc].follow = &following{trials: c.offers[sc].follow.trials, committed: g.monthly}
	}
	c.notes = append(slices.Clone(c.notes), g.notes...)
	slices.Sort(c.notes)
	c.notes = slices.Compact(c.notes)
	return c
}

func followNote(option string, a Assumptions, p Profile) string {
	start := startMinutes[option]
	return fmt.Sprintf("follows %s hour by hour at a target of %.0f %%: more servers after %.0f minutes above it, fewer after %.0f minutes a tenth below it, steps %.0f minutes apart (AWS's defaults); a new one serves after %.0f minutes (%.0f to %.0f: assumed)",
		p.Name, a.Utilisation*100, outAfter.Minutes(), inAfter.Minutes(), cooldown.Minutes(), start.Likely, start.Low, start.High)
}

// at plays the load at a mean rate with the fleet that costs least on demand;
// nil if no size fits.
func (t *trials) at(rate float64) *trial {
	if known, ok := t.done[rate]; ok {
		return known
	}
	var best *trial
	cost := capacity.Dollars(math.Inf(1))
	for i := range t.fleets {
		f := &t.fleets[i]
		tracked := t.track(f, rate)
		hour := f.Size.Monthly / capacity.Dollars(len(t.shape))
		if atLeast := f.Size.Monthly * capacity.Dollars(max(float64(f.Minimum), rate/tracked.Target)); atLeast >= cost {
			continue
		}
		sum := capacity.Dollars(0)
		for _, h := range t.shape {
			sum += hour * capacity.Dollars(tracked.Needed(rate*h))
		}
		if sum < cost {
			best, cost = &trial{fleet: f, tracked: tracked}, sum
		}
	}
	if best != nil {
		best.pack(1 + (best.tracked.Needed(rate*t.peak())-1)/mostFollowed)
		best.outcome = t.play(best.tracked, rate)
	}
	t.done[rate] = best
	return best
}

// peak is the busiest hour's load over the mean.
func (t *trials) peak() float64 { return t.sorted[len(t.sorted)-1] }

// pack has servers come and go n at a time.
func (t *trial) pack(n int) {
	t.bundle = n
	k := &t.tracked
	k.Full, k.Target, k.Slots, k.Minimum = k.Full*float64(n), k.Target*float64(n), k.Slots*n, (k.Minimum+n-1)/n
}

func (t *trials) play(tracked capacity.Tracked, rate float64) capacity.Outcome {
	for i, h := range t.shape {
		t.rates[i] = rate * h
	}
	return t.scaler.Run(&tracked, t.rates)
}

// track is a fleet at its target. A latency goal may ask for emptier servers
// than the assumed utilisation: most so in the quietest hour that needs more
// than the least number of them.
func (t *trials) track(f *capacity.Fleet, rate float64) capacity.Tracked {
	tracked := capacity.Tracked{Full: f.Size.Capacity(t.work), Target: f.Each, Minimum: f.Minimum, Slots: f.Size.Slots}
	if t.goal == nil {
		return tracked
	}
	i := sort.Search(len(t.sorted), func(i int) bool { return t.goal(f, rate*t.sorted[i]) > f.Minimum })
	if i < len(t.sorted) {
		quiet := rate * t.sorted[i]
		tracked.Target = min(tracked.Target, quiet/float64(t.goal(f, quiet)))
	}
	return tracked
}

// cost is the price of a trial's servers in 730 hours, and how many of them
// are committed to.
func (f *following) cost(t *trial) (committed int, cost capacity.Dollars) {
	each := capacity.Dollars(t.bundle)
	demand := each * t.fleet.Size.Monthly
	if price, ok := f.committed[t.fleet.Size.Name]; ok {
		committed, cost = t.outcome.Committed(each*price, demand)
		return committed * t.bundle, cost
	}
	return 0, capacity.Dollars(t.outcome.MeanServers()) * demand
}

// grid is the rates at which scan looks for crossings: nearly none, the one at
// which the peak begins to need more than the least servers, and from there
// on in steps until the staircase is as good as straight.
func (f *following) grid() []float64 {
	rates := []float64{scanFrom}
	first := f.at(scanFrom)
	if first == nil {
		return rates
	}
	rate := first.tracked.Target * float64(first.tracked.Minimum) / f.peak()
	for ; rate < maxRate; rate *= followStep {
		t := f.at(rate)
		if t == nil {
			break
		}
		rates = append(rates, rate)
		if t.outcome.MeanServers() > mostFollowing {
			break
		}
	}
	return rates
}

// varies reports whether servers would come and go at a rate. Where the least
// number of them always does, following is no option of its own.
func (c *candidate) varies(rate float64) bool {
	if c.missing != nil {
		return false
	}
	t := c.offers[likely].follow.at(rate)
	return t != nil && (t.bundle > 1 || t.outcome.Most > t.tracked.Minimum)
}

// follows reports whether the candidate's servers follow the load.
func (c *candidate) follows() bool { return c.offers[likely].follow != nil }

// followStated says how options follow a load that is known, or why none
// does.
func followStated(options []model.Option, a Assumptions, p Profile) []string {
	if !p.known() {
		return nil
	}
	var list []string
	for _, name := range [...]string{FargateScaled, EC2Scaled} {
		if slices.ContainsFunc(options, func(o model.Option) bool { return o.Option == name }) {
			list = append(list, name+" "+followNote(name, a, p))
		}
	}
	if len(list) == 0 {
		list = append(list, "autoscaled servers are no option of their own: the least number of them carries the busiest hour")
	}
	return list
}

// followed is what following servers do for a reader.
type followed struct {
	size      string
	bundle    int
	committed int
	outcome   capacity.Outcome
	able      float64  // requests that its servers could have served
	lateShare *float64 // nil without a goal
	miss      float64
}

// followed plays the likely trial again with what requests wait for one
// another, which no price depends on.
func (c *candidate) followed(w Workload, rate float64) followed {
	f := c.offers[likely].follow
	t := f.at(rate)
	speed := t.fleet.Size.Speed
	tracked := t.tracked
	tracked.Busy, tracked.Variability = c.work.CPUSeconds/speed, w.variability()
	if w.Goal != nil {
		tracked.Limit = max(0, w.Goal.Seconds-w.serverSeconds(speed))
	}
	r := followed{size: t.fleet.Size.Name, bundle: t.bundle, outcome: f.play(tracked, rate)}
	r.committed, _ = f.cost(t)
	r.able = float64(r.outcome.ServingMinutes) * 60 * tracked.Full
	if w.Goal != nil {
		late := 1.0
		if w.serverSeconds(speed) <= w.Goal.Seconds {
			late = r.outcome.LateShare() + r.outcome.DroppedShare()
		}
		r.lateShare, r.miss = &late, 1-w.Goal.Quantile
	}
	return r
}

// describe writes it into a workload's option.
func (r followed) describe(o *model.Option) {
	describeAll(o, []followed{r})
	if r.lateShare != nil {
		ok := *r.lateShare <= r.miss
		o.MeetsSLO = &ok
	}
}

// leastWaitMs is the shortest mean wait that is worth a figure.
const leastWaitMs = 0.1

func followedNote(a *model.Autoscaling) string {
	text := fmt.Sprintf("%s servers on average", figures(a.MeanServers))
	if a.CommittedServers > 0 {
		text += fmt.Sprintf(", %d of them committed to", a.CommittedServers)
	}
	if a.MeanWaitMs < leastWaitMs {
		text += fmt.Sprintf("; requests wait under %v ms for one on average", leastWaitMs)
	} else {
		text += fmt.Sprintf("; requests wait %s ms for one on average", figures(a.MeanWaitMs))
	}
	if a.DelayedShare > 0 {
		text += fmt.Sprintf(", %s %% of them come while servers are behind", figures(a.DelayedShare*100))
	}
	if a.DroppedShare > 0 {
		text += fmt.Sprintf(", and %s %% are turned away, as they would wait over %.0f s", figures(a.DroppedShare*100), patience.Seconds())
	}
	return text
}

// describeAll writes the regions' servers into an option of the account.
func describeAll(o *model.Option, regions []followed) {
	var sum capacity.Outcome
	all := model.Autoscaling{}
	served, able := 0.0, 0.0
	o.Configuration = ""
	for i := range regions {
		out := &regions[i].outcome
		sum.Arrived, sum.Dropped, sum.Delayed, sum.WaitSeconds = sum.Arrived+out.Arrived, sum.Dropped+out.Dropped, sum.Delayed+out.Delayed, sum.WaitSeconds+out.WaitSeconds
		n := regions[i].bundle
		o.Servers, all.LeastServers = o.Servers+n*out.Most, all.LeastServers+n*out.Least
		all.MeanServers, all.CommittedServers = all.MeanServers+float64(n)*out.MeanServers(), all.CommittedServers+regions[i].committed
		served, able = served+out.Served, able+regions[i].able
		o.Configuration = joinConfiguration(o.Configuration, regions[i].configuration())
	}
	all.MeanWaitMs, all.DelayedShare, all.DroppedShare = sum.MeanWait()*1000, sum.DelayedShare(), sum.DroppedShare()
	o.Utilisation, o.Autoscaling = served/able, &all
	o.Assumptions = append(slices.Clone(o.Assumptions), followedNote(&all))
}

// configuration is "2 to 6 × 1 vCPU, 2 GB".
func (r *followed) configuration() string {
	return fmt.Sprintf("%d to %d × %s", r.bundle*r.outcome.Least, r.bundle*r.outcome.Most, r.size)
}
