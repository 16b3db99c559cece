package advice

import (
	"fmt"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const (
	dynamoDBOffer = "AmazonDynamoDB"
	// scalingTarget is the utilisation that automatic scaling is set to by
	// default (Application Auto Scaling User Guide, DynamoDB, 70 %).
	scalingTarget = 0.7
	// tableWorthUSD a month is the least saving for which to change a table's
	// capacity: a choice of ours, above the noise of a month.
	tableWorthUSD = 0.10
	unitsAnHour   = 3600 // of one read or write unit a second
)

// tableConfig is what the collector keeps of a table or of an index.
type tableConfig struct {
	Mode     string   `json:"capacity_mode"`
	Class    string   `json:"table_class"`
	Table    string   `json:"table"` // an index's
	Indexes  []string `json:"indexes"`
	RCU      int64    `json:"rcu"`
	WCU      int64    `json:"wcu"`
	Replicas []string `json:"replicas"`
	Scaling  *struct {
		ReadMin  *int32 `json:"read_min"`
		WriteMin *int32 `json:"write_min"`
	} `json:"scaling"`
}

var (
	_ = register(Rule{Name: "dynamodb-provisioned", Service: "dynamodb", Group: "capacity", Advise: adviseProvisionedTable})
	_ = register(Rule{Name: "dynamodb-on-demand", Service: "dynamodb", Group: "capacity", Advise: adviseOnDemandTable})
	_ = register(Rule{Name: "dynamodb-capacity", Service: "dynamodb", Group: "capacity", Advise: adviseCapacity})
	_ = register(Rule{Name: "dynamodb-class", Service: "dynamodb", Advise: adviseTableClass})
	_ = register(Rule{Name: "dynamodb-idle-index", Service: "dynamodb", Advise: adviseIdleIndex})
	_ = register(Rule{Name: "dynamodb-unused", Service: "dynamodb", Advise: adviseUnusedTable})
)

// throughput is what a table consumed: units in the window and the most a
// second in any collected period.
type throughput struct{ reads, writes, readPeak, writePeak float64 }

func (s Subject) throughput() throughput {
	r, w := s.Resource.Metric("ConsumedReadCapacityUnits", "Sum"), s.Resource.Metric("ConsumedWriteCapacityUnits", "Sum")
	return throughput{r.Sum, w.Sum, r.PerSecond, w.PerSecond}
}

// tablePrices are dollars a unit on demand and a unit-hour provisioned.
type tablePrices struct{ read, write, rcu, wcu unit.USD }

func (s Subject) tablePrices(c tableConfig) (tablePrices, bool) {
	class := ""
	if c.Class == "standard-ia" {
		class = "ia-"
	}
	var p tablePrices
	for _, x := range []struct {
		into *unit.USD
		name string
	}{{&p.read, "on-demand-read"}, {&p.write, "on-demand-write"}, {&p.rcu, "provisioned-read"}, {&p.wcu, "provisioned-write"}} {
		usd, ok := s.priceOf(dynamoDBOffer, class+x.name)
		if !ok {
			return p, false
		}
		*x.into = usd
	}
	return p, true
}

// capacity is what standing capacity costs in 730 hours.
func (p tablePrices) capacity(rcu, wcu float64) unit.USD {
	hours := unit.QuantityOf(model.HoursPerMonth)
	return p.rcu.Mul(unit.QuantityFromFloat(max(1, rcu))).Add(p.wcu.Mul(unit.QuantityFromFloat(max(1, wcu)))).Mul(hours)
}

// scaled is what capacity that follows the load would cost a month: at least
// the mean over the target, at most the highest of any hour over it all the
// time; between the two as bursts and the slow way down decide.
func (s Subject) scaled(p tablePrices, t throughput) model.Cost {
	seconds := s.Window.Hours() * unitsAnHour
	low := p.capacity(t.reads/seconds/scalingTarget, t.writes/seconds/scalingTarget)
	high := p.capacity(t.readPeak/scalingTarget, t.writePeak/scalingTarget)
	return model.Cost{Low: low, Likely: low.Add(high).Div(unit.QuantityOf(2)), High: high}
}

// withIndexes are the table and its indexes, which share its mode and class
// and are billed apart.
func (s Subject) withIndexes(c tableConfig) []Subject {
	parts := []Subject{s}
	for _, name := range c.Indexes {
		if r := s.Account.Resource(s.Key().ID + unit.ResourceID("/index/"+name)); r != nil {
			index := s
			index.Resource = r
			parts = append(parts, index)
		}
	}
	return parts
}

// lined is what the lines hold that contain a word, a month.
func (s Subject) lined(word string) model.Cost {
	total := model.Exactly(zero)
	for _, l := range s.items() {
		if strings.Contains(l.Dimension, word) {
			total = total.Add(l.Cost)
		}
	}
	return s.monthly(total)
}

func (s Subject) consumed(t throughput) string {
	return fmt.Sprintf("%s read and %s write units consumed, at most %.1f and %.1f a second, %s", thousands(int64(t.reads)), thousands(int64(t.writes)), t.readPeak, t.writePeak, s.span())
}

// adviseProvisionedTable recommends provisioned capacity for on-demand tables
// so evenly used that even a standing peak costs less.
func adviseProvisionedTable(s Subject) (model.Advice, bool) {
	c, ok := decoded[tableConfig](s)
	p, priced := s.tablePrices(c)
	t := s.throughput()
	if !ok || !priced || c.Mode != "on-demand" || len(c.Replicas) > 0 || c.Table != "" || s.days() < unusedDays || t.reads+t.writes <= 0 {
		return model.Advice{}, false
	}
	now, then := model.Exactly(zero), model.Exactly(zero)
	for _, part := range s.withIndexes(c) {
		now, then = now.Add(part.lined("on-demand-")), then.Add(part.scaled(p, part.throughput()))
	}
	saving := less(now, then)
	if saving.Unknown || saving.Low.Float64() < tableWorthUSD {
		return model.Advice{}, false
	}
	return model.Advice{
		Title: "Provision its capacity, with automatic scaling", Saving: saving,
		Evidence:   []string{s.consumed(t), fmt.Sprintf("even the highest hour at %.0f %% use, standing all month, costs less than on demand", 100*scalingTarget)},
		Confidence: "B", Effort: "medium",
		Risk:     "bursts above the capacity are throttled until scaling follows, which takes minutes",
		Apply:    s.aws("dynamodb", "update-table", "--table-name "+quote(s.Key().Name), "--billing-mode PROVISIONED", fmt.Sprintf("--provisioned-throughput ReadCapacityUnits=%d,WriteCapacityUnits=%d", unitsFor(t.readPeak), unitsFor(t.writePeak))),
		Disproof: "throttled requests, or an hour far above those seen",
	}, true
}

// unitsFor is the capacity for a peak at the target's utilisation.
func unitsFor(peak float64) int64 { return int64(peak/scalingTarget) + 1 }

// adviseOnDemandTable recommends on demand where capacity stands mostly
// unused: what was consumed has a price.
func adviseOnDemandTable(s Subject) (model.Advice, bool) {
	c, ok := decoded[tableConfig](s)
	p, priced := s.tablePrices(c)
	t := s.throughput()
	if !ok || !priced || c.Mode != "provisioned" || len(c.Replicas) > 0 || c.Table != "" || s.days() < unusedDays {
		return model.Advice{}, false
	}
	now, then := model.Exactly(zero), model.Exactly(zero)
	for _, part := range s.withIndexes(c) {
		u := part.throughput()
		used := p.read.Mul(unit.QuantityFromFloat(u.reads)).Add(p.write.Mul(unit.QuantityFromFloat(u.writes)))
		now, then = now.Add(part.lined("provisioned-")), then.Add(s.monthly(model.Exactly(used)))
	}
	saving := less(now, then)
	if saving.Unknown || saving.Low.Float64() < tableWorthUSD {
		return model.Advice{}, false
	}
	return model.Advice{
		Title: "Pay for it on demand", Saving: saving,
		Evidence:   []string{s.consumed(t), fmt.Sprintf("%d read and %d write units a second stand ready", c.RCU, c.WCU)},
		Confidence: "A", Effort: "low",
		Risk:     "cost follows traffic without a limit: set a maximum; the mode can be changed back after a day",
		Apply:    s.aws("dynamodb", "update-table", "--table-name "+quote(s.Key().Name), "--billing-mode PAY_PER_REQUEST"),
		Disproof: "a month with so much more traffic that on demand costs more",
	}, true
}

// adviseCapacity recommends automatic scaling, or a lower minimum of it, where
// capacity stands far above every hour.
func adviseCapacity(s Subject) (model.Advice, bool) {
	c, ok := decoded[tableConfig](s)
	p, priced := s.tablePrices(c)
	t := s.throughput()
	if !ok || !priced || c.Mode != "provisioned" || len(c.Replicas) > 0 || s.days() < unusedDays || t.reads+t.writes <= 0 {
		return model.Advice{}, false
	}
	saving := less(s.lined("provisioned-"), s.scaled(p, t))
	if saving.Unknown || saving.Low.Float64() < tableWorthUSD {
		return model.Advice{}, false
	}
	a := model.Advice{
		Title: "Let its capacity scale by itself", Saving: saving,
		Evidence:   []string{s.consumed(t), fmt.Sprintf("%d read and %d write units a second stand ready", c.RCU, c.WCU)},
		Confidence: "B", Effort: "low",
		Risk:     "bursts above the capacity are throttled until scaling follows, which takes minutes",
		Disproof: "throttled requests after the change",
	}
	if c.Scaling != nil {
		a.Title = "Lower the minimum of its automatic scaling"
	}
	id, dimension := "table/"+s.Key().Name, "dynamodb:table:"
	if table, index, _ := strings.Cut(s.Key().Name, "/"); c.Table != "" {
		id, dimension = "table/"+table+"/index/"+index, "dynamodb:index:"
	}
	var steps []string
	for _, d := range []struct {
		name string
		mean float64
		peak float64
	}{{"ReadCapacityUnits", t.reads, t.readPeak}, {"WriteCapacityUnits", t.writes, t.writePeak}} {
		least := int64(d.mean/(s.Window.Hours()*unitsAnHour)) + 1
		steps = append(steps, s.aws("application-autoscaling", "register-scalable-target", "--service-namespace dynamodb", "--resource-id "+quote(id),
			"--scalable-dimension "+dimension+d.name, fmt.Sprintf("--min-capacity %d --max-capacity %d", least, max(2*unitsFor(d.peak), least))))
	}
	a.Apply = strings.Join(steps, "\n")
	return a, true
}

// adviseTableClass recommends Standard-IA where storage costs so much more
// than requests that dearer requests pay (Amazon DynamoDB Developer Guide,
// "Considerations when choosing a table class": storage above half of the
// throughput's cost).
func adviseTableClass(s Subject) (model.Advice, bool) {
	c, ok := decoded[tableConfig](s)
	if !ok || c.Class == "standard-ia" || c.Table != "" || len(c.Replicas) > 0 || s.Window.Hours() <= 0 {
		return model.Advice{}, false
	}
	saving := model.Exactly(zero)
	for _, part := range s.withIndexes(c) {
		saving = saving.Add(part.infrequent())
	}
	if saving.Unknown || saving.Low.Float64() < tableWorthUSD {
		return model.Advice{}, false
	}
	return model.Advice{
		Title: "Make it a table of the Standard-IA class", Saving: saving,
		Evidence:   []string{fmt.Sprintf("%.2f GB stored, %s", s.standingGB("storage-standard"), s.consumed(s.throughput()))},
		Confidence: "A", Effort: "low",
		Risk:     "requests cost about a quarter more: a month of more traffic may cost more; the class can be changed twice in 30 days",
		Apply:    s.aws("dynamodb", "update-table", "--table-name "+quote(s.Key().Name), "--table-class STANDARD_INFREQUENT_ACCESS"),
		Disproof: "requests that cost more than twice the storage, or reserved capacity, which this class lacks",
	}, true
}

// infrequent is what the Standard-IA class saves on the resource's lines.
func (s Subject) infrequent() model.Cost {
	saving := model.Exactly(zero)
	for _, l := range s.items() {
		name := "ia-" + l.Dimension
		if l.Dimension == "storage-standard" {
			name = "ia-storage"
		}
		then, ok := s.priceOf(dynamoDBOffer, name)
		if !ok || l.UnitPrice.IsZero() {
			continue // costs the same in either class
		}
		share := 1 - then.Ratio(l.UnitPrice)
		saving = saving.Add(s.monthly(shares(l.Cost, share, share, share)))
	}
	return saving
}

// adviseIdleIndex names indexes that nothing queries, and that are written and
// stored all the same.
func adviseIdleIndex(s Subject) (model.Advice, bool) {
	c, ok := decoded[tableConfig](s)
	t := s.throughput()
	if !ok || c.Table == "" || t.reads > 0 || !worth(s.total()) || !s.silenceCounts() {
		return model.Advice{}, false
	}
	_, index, _ := strings.Cut(s.Key().Name, "/")
	return model.Advice{
		Title:  fmt.Sprintf("Delete this index: nothing queried it for %.0f days", s.days()),
		Saving: s.total(), Effects: []model.Effect{{Low: 1, Likely: 1, High: 1}},
		Evidence:   []string{fmt.Sprintf("no read unit and %s write units consumed, %s", thousands(int64(t.writes)), s.span())},
		Confidence: "A", Effort: "low",
		Risk:     "a rare query (a yearly report) would fail: an index can be made again, which costs a write for each item",
		Apply:    s.aws("dynamodb", "update-table", "--table-name "+quote(c.Table), "--global-secondary-index-updates "+quote(`[{"Delete":{"IndexName":"`+index+`"}}]`)),
		Disproof: "any query",
	}, true
}

// adviseUnusedTable names tables that nothing reads or writes.
func adviseUnusedTable(s Subject) (model.Advice, bool) {
	c, ok := decoded[tableConfig](s)
	t := s.throughput()
	if !ok || c.Table != "" || t.reads+t.writes > 0 || !worth(s.total()) || !s.silenceCounts() {
		return model.Advice{}, false
	}
	a, ok := s.unusedAdvice("no read or write unit was consumed", "dynamodb", "delete-table", "--table-name "+quote(s.Key().Name))
	a.Risk = "its items are gone then: take a backup, or export it to S3, first"
	return a, ok
}
