package model_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// usageRules are what random usage of a service must respect: fields that say
// what one request is like, which a split into two resources leaves alone,
// and fields that take certain values only, ascending with their price.
type usageRules struct {
	service string
	offer   string // in the price book
	each    []string
	values  map[string][]string
}

var integrationRules = []usageRules{
	{
		service: "apigateway", offer: "AmazonApiGateway", each: []string{"request_kb", "message_kb", "cache_gb"},
		values: map[string][]string{"cache_gb": {"0", "0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"}},
	},
	{service: "stepfunctions", offer: "AmazonStates", each: []string{"duration_ms", "memory_mb"}},
	{service: "eventbridge", offer: "AWSEvents", each: []string{"event_kb"}},
	{service: "sqs", offer: "AWSQueueService", each: []string{"request_kb"}},
	{service: "sns", offer: "AmazonSNS", each: []string{"message_kb", "subscriptions"}},
}

// random returns the fields of a resource: a choice of every type, quantities
// of every magnitude up to where all tiers are reached, some fields left out.
func (u usageRules) random(rnd *rand.Rand) (kind string, fields [][3]string) {
	s, _ := model.ServiceNamed(u.service)
	kind = "service: " + u.service
	for _, f := range flat("", s.Fields) {
		switch {
		case f.Kind == model.Choice:
			kind += ", " + f.Name + ": " + f.Choices[rnd.IntN(len(f.Choices))]
		case rnd.IntN(3) == 0:
		default:
			fields = append(fields, [3]string{f.Name, u.value(rnd, f.Name)})
		}
	}
	return kind, fields
}

func (u usageRules) value(rnd *rand.Rand, field string) string {
	if values := u.values[field]; values != nil {
		return values[rnd.IntN(len(values))]
	}
	if slices.Contains(u.each, field) {
		return fmt.Sprintf("%d.%d", rnd.IntN(1000), rnd.IntN(10))
	}
	n := int64(1)
	for range rnd.IntN(13) {
		n *= 10
	}
	return fmt.Sprint(rnd.Int64N(n))
}

// more returns a value above a field's own, or the same at the top of a list.
func (u usageRules) more(rnd *rand.Rand, f [3]string) [3]string {
	if values := u.values[f[0]]; values != nil {
		f[1] = values[min(slices.Index(values, f[1])+1, len(values)-1)]
		return f
	}
	q, err := unit.ParseQuantity(f[1])
	add, err2 := unit.ParseQuantity(u.value(rnd, f[0]))
	if err == nil && err2 == nil {
		f[1] = q.Add(add).String()
	}
	return f
}

func total(t *testing.T, head string, resources ...string) unit.USD {
	t.Helper()
	e := estimate(t, head, resources...)
	if e.Total.Unknown {
		t.Fatalf("%v: %v", resources, e.Warnings)
	}
	return e.Total.Likely
}

// checkUsageProperties holds, for random usage of a service: what is used more
// costs no less, a free allowance never adds cost, and a resource that is cut
// in two costs what it did.
func checkUsageProperties(t *testing.T, u usageRules) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(7, uint64(len(u.service))))
	kinds := map[string]bool{}
	for range 60 {
		kind, fields := u.random(rnd)
		kinds[kind] = true
		r := resource(kind, fields...)
		withFree, without := total(t, free, r), total(t, paid, r)
		if withFree.Cmp(without) > 0 {
			t.Errorf("%s: %s with the free tier, %s without", r, withFree, without)
		}
		for i := range fields {
			grown := slices.Clone(fields)
			grown[i] = u.more(rnd, grown[i])
			for head, before := range map[string]unit.USD{free: withFree, paid: without} {
				if after := total(t, head, resource(kind, grown...)); after.Cmp(before) < 0 {
					t.Errorf("%s, %s: %s costs %s, %s costs %s", head, fields[i][0], r, before, resource(kind, grown...), after)
				}
			}
		}
		a, b := u.split(t, rnd, fields)
		for head, whole := range map[string]unit.USD{free: withFree, paid: without} {
			if parts := total(t, head, resource(kind, a...), resource(kind, b...)); parts.Cmp(whole) != 0 {
				t.Errorf("%s: %s costs %s, in two parts %s", head, r, whole, parts)
			}
		}
	}
	s, _ := model.ServiceNamed(u.service)
	for _, f := range s.Fields {
		if f.Kind == model.Choice && len(kinds) < len(f.Choices) {
			t.Errorf("only %v occurred", kinds)
		}
	}
}

// split cuts every quantity of a resource in two.
func (u usageRules) split(t *testing.T, rnd *rand.Rand, fields [][3]string) (a, b [][3]string) {
	t.Helper()
	for _, f := range fields {
		if slices.Contains(u.each, f[0]) {
			a, b = append(a, f), append(b, f)
			continue
		}
		var whole int64
		if _, err := fmt.Sscan(f[1], &whole); err != nil {
			t.Fatal(err)
		}
		part := rnd.Int64N(whole + 1)
		a = append(a, [3]string{f[0], fmt.Sprint(part)})
		b = append(b, [3]string{f[0], fmt.Sprint(whole - part)})
	}
	return a, b
}

func TestIntegrationUsageProperties(t *testing.T) {
	for _, u := range integrationRules {
		t.Run(u.service, func(t *testing.T) { checkUsageProperties(t, u) })
	}
}

// A unit more at a tier's bound costs what a unit costs there: no step.
func TestIntegrationTiersAreContinuous(t *testing.T) {
	bounds := 0
	for _, u := range integrationRules {
		for _, p := range price.Embedded().Find(u.offer, "") {
			for i, tier := range p.Tiers[1:] {
				bounds++
				checkBound(t, p, p.Tiers[i], tier)
			}
		}
	}
	if bounds < 20 {
		t.Errorf("only %d tier bounds", bounds)
	}
}

func checkBound(t *testing.T, p price.Price, below, above price.Tier) {
	t.Helper()
	cost := func(q unit.Quantity) unit.USD {
		sum := model.Exactly(unit.USD{})
		for _, i := range model.NewBill(price.Embedded(), false).Charge(p.Key, q) {
			sum = sum.Add(i.Cost)
		}
		if sum.Unknown {
			t.Fatalf("%v: %s is unknown", p.Key, q)
		}
		return sum.Likely
	}
	if below.Price.IsZero() {
		below.Price = above.Price // not counted as free
	}
	before, at := cost(above.From.Sub(unit.QuantityOf(1))), cost(above.From)
	after := cost(above.From.Add(unit.QuantityOf(1)))
	if at.Sub(before).Cmp(below.Price) != 0 || after.Sub(at).Cmp(above.Price) != 0 {
		t.Errorf("%v at %s: %s, %s, %s", p.Key, above.From, before, at, after)
	}
}
