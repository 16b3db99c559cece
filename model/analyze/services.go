package analyze

import (
	"cmp"
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// priceResources prices each resource's part of the window, in input order.
func (m *months) priceResources(in model.Inputs) []model.Resource {
	out := make([]model.Resource, len(in.Resources))
	for i := range in.Resources {
		out[i] = m.resource(&in.Resources[i], in.Window)
	}
	return out
}

func (m *months) resource(r *model.ResourceInput, w model.Window) model.Resource {
	var lines []model.LineItem
	for _, u := range r.InWindow {
		at := m.place(u.Month, r.Key.Account, r.Key.Region)
		lines = addLine(lines, m.line(at, metered{r.Key.Service, u.Offer, u.Dimension}, u.BilledQuantity))
	}
	sortLines(lines)
	cost := sumCosts(lines, func(l *model.LineItem) model.Cost { return l.Cost })
	return model.Resource{
		Key: r.Key, Config: r.Config, App: r.App, Tags: r.Tags, Deleted: r.Deleted, ChangedAt: r.ChangedAt,
		LineItems: lines, Cost: cost, Monthly: monthly(cost, w), Metrics: r.Metrics,
	}
}

// serviceDays prices each day of each service. The days of a service add up
// to its resources' costs.
func (m *months) serviceDays(in model.Inputs) []model.ServiceDay {
	var out []model.ServiceDay
	type dayOf struct {
		day     time.Time
		service string
	}
	index := map[dayOf]int{}
	for i := range in.MeteredDays {
		d := &in.MeteredDays[i]
		month := time.Date(d.Day.Year(), d.Day.Month(), 1, 0, 0, 0, 0, time.UTC)
		l := m.line(m.place(month, d.Account, d.Region), metered{d.Service, d.Offer, d.Dimension}, model.BilledQuantity{Quantity: d.Quantity})
		key := dayOf{d.Day, d.Service}
		at, seen := index[key]
		if !seen {
			at = len(out)
			index[key] = at
			out = append(out, model.ServiceDay{Day: d.Day, Service: d.Service, Cost: model.Exactly(unit.USD{})})
		}
		out[at].Cost = out[at].Cost.Add(l.Cost)
	}
	slices.SortStableFunc(out, func(a, b model.ServiceDay) int {
		return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.Service, b.Service))
	})
	return out
}

// rankedResources orders resources like functions: by likely cost, dearest
// first, those of unknown cost above all.
func rankedResources(rs []model.Resource) []model.Resource {
	slices.SortStableFunc(rs, func(a, b model.Resource) int {
		return cmp.Or(compareCosts(a.Cost, b.Cost), cmp.Compare(a.Key.Service, b.Key.Service),
			cmp.Compare(a.Key.ID, b.Key.ID), cmp.Compare(a.Key.Account, b.Key.Account))
	})
	return rs
}

// service sums the lines of one service's resources by dimension.
type service struct {
	cost model.Cost
	sums map[string]*model.LineItem
}

func (s *service) add(cost model.Cost, lines []model.LineItem) {
	s.cost = s.cost.Add(cost)
	for _, l := range lines {
		have, ok := s.sums[l.Dimension]
		if !ok {
			l.TierFrom = unit.Quantity{}
			s.sums[l.Dimension] = &l
			continue
		}
		have.Quantity, have.Cost, have.Basis = have.Quantity.Add(l.Quantity), have.Cost.Add(l.Cost), weaker(have.Basis, l.Basis)
		if l.Source.Remembered {
			have.Source = l.Source
		}
	}
}

func (s *service) finish(name string) model.ServiceCost {
	out := model.ServiceCost{Service: name, Cost: s.cost}
	for _, l := range s.sums {
		if l.Cost.Unknown || l.Quantity.IsZero() {
			l.UnitPrice = unit.USD{}
		} else {
			l.UnitPrice = l.Cost.Likely.Div(l.Quantity)
		}
		out.LineItems = append(out.LineItems, *l)
	}
	sortLines(out.LineItems)
	return out
}

// serviceCosts sums functions and resources by service, Lambda first, then by
// name. Lambda is there even without a function.
func serviceCosts(priced []pricedFunction, resources []model.Resource) []model.ServiceCost {
	byName := map[string]*service{}
	of := func(name string) *service {
		s := byName[name]
		if s == nil {
			s = &service{cost: model.Exactly(unit.USD{}), sums: map[string]*model.LineItem{}}
			byName[name] = s
		}
		return s
	}
	of(lambdaName)
	for i := range priced {
		of(lambdaName).add(priced[i].out.Cost, priced[i].out.LineItems)
	}
	for i := range resources {
		of(resources[i].Key.Service).add(resources[i].Cost, resources[i].LineItems)
	}
	out := []model.ServiceCost{byName[lambdaName].finish(lambdaName)}
	delete(byName, lambdaName)
	for _, name := range sortedNames(byName) {
		out = append(out, byName[name].finish(name))
	}
	return out
}

func sortedNames(m map[string]*service) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
