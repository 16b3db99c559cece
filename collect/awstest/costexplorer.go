package awstest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Cost Explorer answers with what SetBill was given: a bill has usage types,
// credits and taxes, which the account's truth knows nothing of.
var _ = simulate(simulated{
	name: "ce", signing: "ce", iam: "ce", protocol: protocolJSON11,
	handlers: map[string]func(*Server, *call) (reply, *apiError){"GetCostAndUsage": (*Server).getCostAndUsage},
	things:   func(window) []*thing { return nil },
})

// Charge is what an account is charged, spread evenly over whole days.
type Charge struct {
	Account, RecordType, Service, UsageType, Operation string
	// From and To are UTC midnights.
	From, To time.Time
	Quantity decimal.Decimal
	Unit     string
	CostUSD  decimal.Decimal
}

// SetBill sets what Cost Explorer tells.
func (s *Server) SetBill(charges []Charge) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bill = slices.Clone(charges)
}

// costGroupsPerPage is fewer than AWS's, so that clients have to page.
const costGroupsPerPage = 400

type costQuestion struct {
	TimePeriod    struct{ Start, End string }
	Granularity   string
	Metrics       []string
	GroupBy       []struct{ Type, Key string }
	Filter        *costFilter
	NextPageToken string
}

type costFilter struct {
	And        []costFilter
	Dimensions *struct {
		Key    string
		Values []string
	}
}

// dimension is a charge's value of one of Cost Explorer's dimensions.
func (c *Charge) dimension(key string) (string, bool) {
	switch key {
	case "LINKED_ACCOUNT":
		return c.Account, true
	case "RECORD_TYPE":
		return c.RecordType, true
	case "SERVICE":
		return c.Service, true
	case "USAGE_TYPE":
		return cmp.Or(c.UsageType, "NoUsageType"), true
	case "OPERATION":
		return cmp.Or(c.Operation, "NoOperation"), true
	}
	return "", false
}

func (f *costFilter) matches(c *Charge) bool {
	if f == nil {
		return true
	}
	for i := range f.And {
		if !f.And[i].matches(c) {
			return false
		}
	}
	if f.Dimensions == nil {
		return true
	}
	v, ok := c.dimension(f.Dimensions.Key)
	return ok && slices.Contains(f.Dimensions.Values, v)
}

func costError(format string, args ...any) *apiError {
	return &apiError{400, "ValidationException", fmt.Sprintf(format, args...)}
}

// check refuses what Cost Explorer refuses (API reference, GetCostAndUsage).
func (q *costQuestion) check() (from, to time.Time, err *apiError) {
	from, err1 := time.Parse(time.DateOnly, q.TimePeriod.Start)
	to, err2 := time.Parse(time.DateOnly, q.TimePeriod.End)
	switch {
	case err1 != nil || err2 != nil || !from.Before(to):
		return from, to, costError("Start time %s should be before end time %s", q.TimePeriod.Start, q.TimePeriod.End)
	case q.Granularity != "DAILY" && q.Granularity != "MONTHLY":
		return from, to, costError("Granularity %q is not simulated", q.Granularity)
	case len(q.GroupBy) > 2:
		return from, to, costError("Only two groups are allowed")
	case len(q.Metrics) == 0:
		return from, to, costError("Metrics must be given")
	}
	for _, g := range q.GroupBy {
		if _, ok := new(Charge).dimension(g.Key); !ok || g.Type != "DIMENSION" {
			return from, to, costError("Group %s %s is not simulated", g.Type, g.Key)
		}
	}
	return from, to, nil
}

// costGroup is one group of one period.
type costGroup struct {
	from, to       time.Time
	keys           []string
	quantity, cost decimal.Decimal
	unit           string
}

func (s *Server) getCostAndUsage(c *call) (reply, *apiError) {
	var q costQuestion
	if err := c.decode(&q); err != nil {
		return reply{}, err
	}
	from, to, err := q.check()
	if err != nil {
		return reply{}, err
	}
	groups, next, err := page(s.costGroups(&q, from, to), q.NextPageToken, costGroupsPerPage)
	if err != nil {
		return reply{}, err
	}
	var results []map[string]any
	for _, g := range groups {
		start := g.from.Format(time.DateOnly)
		n := len(results)
		if n == 0 || results[n-1]["TimePeriod"].(map[string]string)["Start"] != start {
			results = append(results, map[string]any{
				"TimePeriod": map[string]string{"Start": start, "End": g.to.Format(time.DateOnly)},
				"Estimated":  g.to.AddDate(0, 0, 3).After(c.now), "Groups": []map[string]any{},
			})
			n++
		}
		results[n-1]["Groups"] = append(results[n-1]["Groups"].([]map[string]any), map[string]any{"Keys": g.keys, "Metrics": g.metrics(q.Metrics)})
	}
	out := map[string]any{"ResultsByTime": results, "GroupDefinitions": q.GroupBy}
	if next != "" {
		out["NextPageToken"] = next
	}
	return jsonReply(out)
}

func (g *costGroup) metrics(names []string) map[string]any {
	out := map[string]any{}
	for _, name := range names {
		if name == "UsageQuantity" {
			out[name] = map[string]string{"Amount": g.quantity.String(), "Unit": cmp.Or(g.unit, "N/A")}
			continue
		}
		out[name] = map[string]string{"Amount": g.cost.String(), "Unit": "USD"}
	}
	return out
}

// costGroups sums the charges by period and group, in order.
func (s *Server) costGroups(q *costQuestion, from, to time.Time) []*costGroup {
	s.mu.Lock()
	bill := s.bill
	s.mu.Unlock()
	sums := map[string]*costGroup{}
	var out []*costGroup
	for i := range bill {
		c := &bill[i]
		if !q.Filter.matches(c) {
			continue
		}
		for day := c.From; day.Before(c.To); day = day.AddDate(0, 0, 1) {
			if day.Before(from) || !day.Before(to) {
				continue
			}
			g := &costGroup{from: day, to: day.AddDate(0, 0, 1), unit: c.Unit}
			if q.Granularity == "MONTHLY" {
				g.from, g.to = from, to
			}
			for _, by := range q.GroupBy {
				key, _ := c.dimension(by.Key)
				g.keys = append(g.keys, key)
			}
			id := g.from.String() + "\x00" + strings.Join(g.keys, "\x00")
			if sums[id] == nil {
				sums[id] = g
				out = append(out, g)
			}
			sums[id].quantity = sums[id].quantity.Add(c.share(c.Quantity, day))
			sums[id].cost = sums[id].cost.Add(c.share(c.CostUSD, day))
		}
	}
	slices.SortFunc(out, func(a, b *costGroup) int {
		return cmp.Or(a.from.Compare(b.from), slices.Compare(a.keys, b.keys))
	})
	return out
}

// share is a day's part of an amount; the last day takes what rounding left.
func (c *Charge) share(amount decimal.Decimal, day time.Time) decimal.Decimal {
	days := int64(c.To.Sub(c.From) / (24 * time.Hour))
	each := amount.DivRound(decimal.NewFromInt(days), 10)
	if day.AddDate(0, 0, 1).Before(c.To) {
		return each
	}
	return amount.Sub(each.Mul(decimal.NewFromInt(days - 1)))
}
