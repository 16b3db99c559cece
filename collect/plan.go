package collect

import (
	"context"
	"fmt"
	"slices"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// Plan is what a run would ask for at most, found out with free calls only.
type Plan struct {
	Lines []PlanLine
	// Cost at most, as far as prices are known; Unpriced names what is not.
	Cost     unit.USD
	Unpriced []string
	// CostWithPages is Cost if AWS bills the metrics of a call again for each
	// further page of its answer. Whether it does is not documented.
	CostWithPages unit.USD
	// Limit is what counts against MaxCost: CostWithPages, and stand-ins for
	// prices that are not known.
	Limit unit.USD
	// ListCalls are requests to ListMetrics, free within the first million
	// requests of a month.
	ListCalls int64

	service string // being planned
	price   func(op *Operation, region unit.Region, billed int64) (unit.USD, bool)
}

// PlanLine is one kind of call to one account and region.
type PlanLine struct {
	Account   unit.AccountID
	Region    unit.Region
	Service   string // for which it is made
	Operation string
	// Requests at most, and the amount billed for them in Unit.
	Requests, Billed int64
	Unit             string
	Cost             unit.USD
	// Unpriced is true where the book does not tell the price.
	Unpriced bool
	// Note says how the figure was found.
	Note string
}

// Quantity is the billed amount in the line's unit.
func (l *PlanLine) Quantity() unit.Quantity {
	return (&Operation{Unit: l.Unit}).quantity(l.Billed)
}

// Plan finds out what Run would ask for. It makes free calls only; st may be
// nil, which is an empty database.
func (c *Collector) Plan(ctx context.Context, st Store) (*Plan, error) {
	p := &Plan{price: c.run.priceOf}
	for _, t := range c.list {
		for _, s := range services() {
			if !c.run.wants(s.name) {
				continue
			}
			p.service = s.name
			if err := s.plan(ctx, t, st, p); err != nil {
				return nil, err
			}
		}
	}
	for _, call := range c.run.tally.all(c.run.Now) {
		if call.Operation == opListMetrics.Action {
			p.ListCalls += call.Requests
		}
	}
	return p, nil
}

// checkBudget refuses a run that might pass the cost limit, before any call
// that costs.
func (c *Collector) checkBudget(ctx context.Context, st Store) error {
	limit := c.run.MaxCost
	if limit == nil {
		return nil
	}
	p, err := c.Plan(ctx, st)
	if err != nil {
		return err
	}
	if p.Limit.Cmp(*limit) > 0 {
		return fmt.Errorf("%w: this run may cost up to $%s, --max-cost is $%s; see collect --plan, or ask for less (--since, --reports off)",
			ErrBudget, p.Limit.StringFixed(4), limit.StringFixed(2))
	}
	return nil
}

// add appends a line and its cost; again is what is billed on top if further
// pages are.
func (p *Plan) add(t *target, op *Operation, requests, billed, again int64, note string) {
	cost, known := p.price(op, t.region, billed)
	more, _ := p.price(op, t.region, again)
	line := PlanLine{
		Account: t.account, Region: t.region, Service: p.service, Operation: op.Action,
		Requests: requests, Billed: billed, Unit: op.Unit, Note: note, Unpriced: !known,
	}
	if known {
		line.Cost = cost
		p.Cost = p.Cost.Add(cost)
		p.CostWithPages = p.CostWithPages.Add(cost).Add(more)
	} else {
		name := fmt.Sprintf("AmazonCloudWatch %s in %s", op.Dimension, t.region)
		if !slices.Contains(p.Unpriced, name) {
			p.Unpriced = append(p.Unpriced, name)
		}
	}
	p.Limit = p.Limit.Add(cost).Add(more)
	p.Lines = append(p.Lines, line)
}

// counter packs wants into batches as a run does, and counts.
type counter struct {
	packer                 *packer
	requests, billed, more int64
}

func newCounter() *counter {
	c := &counter{}
	c.packer = newPacker(func(b *batch) error {
		pages := (int64(b.queries)*int64(b.points()) + maxPagePoints - 1) / maxPagePoints
		pages = max(pages, 1)
		billed := int64(0)
		for i := range b.wants {
			billed += billedMetrics(b.wants[i].series)
		}
		c.requests += pages
		c.billed += billed
		c.more += billed * (pages - 1)
		return nil
	})
	return c
}

// planMetrics counts the calls for what the ledger lacks of the subjects, as
// if all of them were alive all the time.
func (t *target) planMetrics(wants []want, p *Plan) error {
	c := newCounter()
	for _, w := range wants {
		if w.subject.probe != nil {
			probe := probeOf(w)
			if err := c.packer.add(probe); err != nil {
				return err
			}
			w = probe.rest()
		} else {
			w.series = w.subject.series(w.cover)
		}
		if err := c.packer.add(w); err != nil {
			return err
		}
	}
	if err := c.packer.flush(); err != nil {
		return err
	}
	if c.requests > 0 {
		p.add(t, opGetMetricData, c.requests, c.billed, c.more, "at most: as if every one were alive throughout")
	}
	return nil
}
