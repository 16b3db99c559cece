package apps

import (
	"cmp"
	"slices"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// builder adds up one application.
type builder struct {
	app      model.App
	services map[string]model.Cost
	members  []*node
}

func newBuilder(name string) *builder {
	zero := model.Exactly(unit.USD{})
	return &builder{app: model.App{Name: name, Cost: zero}, services: map[string]model.Cost{}}
}

func (b *builder) add(n *node, p part) {
	b.app.Cost = b.app.Cost.Add(p.cost)
	sum, ok := b.services[n.Key.Service]
	if !ok {
		sum = model.Exactly(unit.USD{})
	}
	b.services[n.Key.Service] = sum.Add(p.cost)
	b.app.Parts = append(b.app.Parts, model.AppPart{Key: n.Key, Share: p.share, Cost: p.cost})
	if b.app.Found == "" || p.found == "tag" {
		b.app.Found = p.found
	}
	if p.share == 1 {
		b.members = append(b.members, n)
	}
}

func (b *builder) finish(w model.Window) model.App {
	a := b.app
	a.Monthly = scaled(a.Cost, unit.QuantityOf(model.HoursPerMonth*3600), unit.QuantityOf(int64(w.Hours()*3600)))
	for service, cost := range b.services {
		a.Services = append(a.Services, model.AppService{Service: service, Cost: cost})
	}
	slices.SortFunc(a.Services, func(x, y model.AppService) int { return cmp.Compare(x.Service, y.Service) })
	slices.SortFunc(a.Parts, func(x, y model.AppPart) int {
		return cmp.Or(y.Cost.Likely.Cmp(x.Cost.Likely), cmp.Compare(x.Key.Service, y.Key.Service), cmp.Compare(x.Key.ID, y.Key.ID))
	})
	a.PerUnit = model.UnknownCost
	if a.Name == "" {
		a.Kind, a.Found = model.AppNone, ""
		return a
	}
	a.Kind = kindOf(b.members)
	var per int64
	a.Work, a.WorkUnit, per = work(a.Kind, b.members)
	if a.Work > 0 {
		a.PerUnit = scaled(a.Cost, unit.QuantityOf(per), unit.QuantityOf(a.Work))
	}
	return a
}

// scaled is c·times/of, cut far below a cent; unknown for no hours at all.
func scaled(c model.Cost, times, of unit.Quantity) model.Cost {
	if c.Unknown || of.Sign() <= 0 {
		return model.UnknownCost
	}
	f := func(u unit.USD) unit.USD { return u.Mul(times).Div(of).Round(splitPlaces) }
	return model.Cost{Low: f(c.Low), Likely: f(c.Likely), High: f(c.High)}
}

// kindOf tells what an application is: what waits for an answer makes it an
// API, then a state machine a workflow, then a schedule alone a cron job, then
// anything that feeds it event processing.
func kindOf(members []*node) string {
	var workflow, scheduled, fed bool
	for _, n := range members {
		switch {
		case n.service.Role == model.RoleAPI, n.function != nil && n.function.Load.RequestDriven:
			return model.AppAPI
		case n.service.Role == model.RoleWorkflow:
			workflow = true
		case n.function != nil && n.function.Config.EventSource:
			fed = true
		case n.isSchedule():
			scheduled = true
		case n.service.Role == model.RoleEvents:
			fed = true
		}
	}
	switch {
	case workflow:
		return model.AppWorkflow
	case fed:
		return model.AppEvents
	case scheduled:
		return model.AppCron
	}
	return model.AppOther
}

// isSchedule reports whether a resource starts others by the clock.
func (n *node) isSchedule() bool {
	return n.resource != nil && n.service.Scheduled != nil && n.service.Scheduled(n.resource.Config)
}

// work counts what an application does: the uses of where work enters it. per
// is how many make one unit.
func work(kind string, members []*node) (n int64, unitName string, per int64) {
	switch kind {
	case model.AppAPI:
		for _, m := range members {
			if m.service.Role == model.RoleAPI {
				n += m.traffic()
			}
		}
		if n == 0 {
			n = invocations(members, func(f *model.Function) bool { return f.Load.RequestDriven })
		}
		return n, "1,000 requests", 1000
	case model.AppWorkflow:
		for _, m := range members {
			if m.service.Role == model.RoleWorkflow {
				n += m.traffic()
			}
		}
		return n, "execution", 1
	case model.AppEvents:
		n = invocations(members, func(f *model.Function) bool { return f.Config.EventSource })
		if n == 0 {
			n = invocations(members, func(*model.Function) bool { return true })
		}
		return n, "event", 1
	case model.AppCron:
		return invocations(members, func(*model.Function) bool { return true }), "run", 1
	}
	return invocations(members, func(*model.Function) bool { return true }), "invocation", 1
}

func invocations(members []*node, counts func(*model.Function) bool) (n int64) {
	for _, m := range members {
		if m.function != nil && counts(m.function) {
			n += m.function.Signals.Invocations
		}
	}
	return n
}
