package collect

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// tally counts calls and what they cost.
type tally struct {
	price func(op *Operation, region unit.Region, billed int64) (unit.USD, bool)

	mu      sync.Mutex
	total   map[callKey]*callSum
	pending map[callKey]*callSum // not yet recorded in the store
	spent   unit.USD             // as far as prices are known
	charged unit.USD             // with stand-ins for the others, against MaxCost
	points  int64
}

type callKey struct {
	account unit.AccountID
	region  unit.Region
	op      *Operation
}

type callSum struct{ requests, billed int64 }

func newTally(o *Options) *tally {
	return &tally{
		price: o.priceOf,
		total: map[callKey]*callSum{}, pending: map[callKey]*callSum{},
	}
}

// priceOf is the price of a billed amount; where it is not known, a stand-in
// and false. Insights bills by the GB: billed is in bytes, and a GB is taken
// as 10^9 bytes, the dearer reading.
func (o *Options) priceOf(op *Operation, region unit.Region, billed int64) (unit.USD, bool) {
	if op.Dimension == "" || billed == 0 {
		return op.Each.Mul(unit.QuantityOf(billed)), true
	}
	if o.Price == nil {
		return unit.USD{}, false
	}
	each, known := o.Price(op.Dimension, region)
	return each.Mul(op.quantity(billed)), known
}

// bytesPerGB turns the billed bytes of a scan into the unit of its price.
const bytesPerGB = 1_000_000_000

// quantity of a billed amount in the unit of the operation's price.
func (op *Operation) quantity(billed int64) unit.Quantity {
	q := unit.QuantityOf(billed)
	if op.Unit == unitGB {
		q = q.Div(unit.QuantityOf(bytesPerGB))
	}
	return q
}

func (t *tally) add(account unit.AccountID, region unit.Region, op *Operation, requests, billed int64) {
	cost, known := t.price(op, region, billed)
	k := callKey{account, region, op}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range []map[callKey]*callSum{t.total, t.pending} {
		s := m[k]
		if s == nil {
			s = &callSum{}
			m[k] = s
		}
		s.requests += requests
		s.billed += billed
	}
	if known {
		t.spent = t.spent.Add(cost)
	}
	t.charged = t.charged.Add(cost)
}

func (t *tally) addPoints(n int) {
	t.mu.Lock()
	t.points += int64(n)
	t.mu.Unlock()
}

// drain returns the calls not yet recorded, and forgets them.
func (t *tally) drain(at time.Time) []store.Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.calls(t.pending, at)
	clear(t.pending)
	return out
}

// all returns every call so far.
func (t *tally) all(at time.Time) []store.Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.calls(t.total, at)
}

func (t *tally) calls(m map[callKey]*callSum, at time.Time) []store.Call {
	var out []store.Call
	for k, s := range m {
		cost, known := t.price(k.op, k.region, s.billed)
		if !known {
			cost = unit.USD{}
		}
		out = append(out, store.Call{
			At: at, Account: k.account, Region: k.region, Operation: k.op.Action,
			Requests: s.requests, BilledUnits: s.billed, Cost: cost, Unpriced: !known,
		})
	}
	slices.SortFunc(out, func(a, b store.Call) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Operation, b.Operation))
	})
	return out
}

func (t *tally) sums() (requests, points int64, spent unit.USD) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.total {
		requests += s.requests
	}
	return requests, t.points, t.spent
}

// unpriced names what was billed and the book has no price for.
func (t *tally) unpriced() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []string
	for k, s := range t.total {
		if _, ok := t.price(k.op, k.region, s.billed); !ok {
			out = append(out, fmt.Sprintf("AmazonCloudWatch %s in %s", k.op.Dimension, k.region))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// against is what counts against a cost limit.
func (t *tally) against() unit.USD {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.charged
}
