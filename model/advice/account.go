package advice

import (
	"slices"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Account is what rules may ask about other resources than their own. The
// zero value knows none.
type Account struct {
	from, to  map[unit.ResourceID][]model.Edge
	functions map[unit.ResourceID]*model.Function
	resources map[unit.ResourceID]*model.Resource
}

// NewAccount indexes connections by their ends, and resources by ARN.
func NewAccount(edges []model.Edge, functions []*model.Function, resources []*model.Resource) *Account {
	a := &Account{
		from: map[unit.ResourceID][]model.Edge{}, to: map[unit.ResourceID][]model.Edge{},
		functions: make(map[unit.ResourceID]*model.Function, len(functions)),
		resources: make(map[unit.ResourceID]*model.Resource, len(resources)),
	}
	for _, e := range edges {
		a.from[e.From] = append(a.from[e.From], e)
		a.to[e.To] = append(a.to[e.To], e)
	}
	for _, f := range functions {
		a.functions[f.Key.ID] = f
	}
	for _, r := range resources {
		a.resources[r.Key.ID] = r
	}
	return a
}

// Function and Resource find what has an ARN; nil if nothing known has.
func (a *Account) Function(id unit.ResourceID) *model.Function {
	if a == nil {
		return nil
	}
	return a.functions[id]
}

// Resource finds a resource of a service but Lambda; nil if there is none.
func (a *Account) Resource(id unit.ResourceID) *model.Resource {
	if a == nil {
		return nil
	}
	return a.resources[id]
}

// Out lists the connections of a kind that start at a resource, In those that
// end there.
func (a *Account) Out(id unit.ResourceID, kind string) []model.Edge {
	if a == nil {
		return nil
	}
	return ofKind(a.from[id], kind)
}

// In lists the connections of a kind that end at a resource.
func (a *Account) In(id unit.ResourceID, kind string) []model.Edge {
	if a == nil {
		return nil
	}
	return ofKind(a.to[id], kind)
}

func ofKind(list []model.Edge, kind string) []model.Edge {
	var out []model.Edge
	for _, e := range list {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// carries are the connections along which one piece of work causes another.
var carries = []string{model.EdgeInvokes, model.EdgeFeeds, model.EdgeDeadLetter}

// loop returns the shortest way along which what a resource does comes back to
// it, itself first and last; nil if there is none.
func (a *Account) loop(start unit.ResourceID) []unit.ResourceID {
	if a == nil {
		return nil
	}
	before := map[unit.ResourceID]unit.ResourceID{}
	for queue := []unit.ResourceID{start}; len(queue) > 0; queue = queue[1:] {
		for _, e := range a.from[queue[0]] {
			if !slices.Contains(carries, e.Kind) {
				continue
			}
			if e.To == start {
				way := []unit.ResourceID{start}
				for at := queue[0]; at != start; at = before[at] {
					way = append(way, at)
				}
				way = append(way, start)
				slices.Reverse(way)
				return way
			}
			if _, seen := before[e.To]; !seen {
				before[e.To] = queue[0]
				queue = append(queue, e.To)
			}
		}
	}
	return nil
}
