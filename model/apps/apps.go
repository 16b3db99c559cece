// Package apps groups what was collected into applications and splits their
// cost.
//
// Tags decide first (an application tag, else the CloudFormation stack's).
// What has none belongs to the application of all that it is connected with;
// connected with several, its cost is split by measured traffic; connected
// with none but others of its kind, it makes an application of its own with
// them. What nothing connects is not attributed, in a line of its own, so that
// the parts add up to the whole.
package apps

import (
	"cmp"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// node is a function or another resource.
type node struct {
	model.Billed
	service  model.Service // the zero value where it cannot be estimated
	function *model.Function
	resource *model.Resource
	near     []*edge
	root     *node // of its component, among nodes without an application
}

// edge is a connection between two nodes that are both known.
type edge struct {
	from, to *node
	kind     string
}

func (e *edge) other(n *node) *node {
	if e.from == n {
		return e.to
	}
	return e.from
}

type graph struct {
	nodes []*node
	byID  map[unit.ResourceID]*node
}

func newGraph(a *model.Analysis) *graph {
	g := &graph{byID: map[unit.ResourceID]*node{}}
	for i, b := range a.Billed() {
		n := &node{Billed: b}
		n.service, _ = model.ServiceNamed(b.Key.Service)
		if i < len(a.Functions) {
			n.function = &a.Functions[i]
		} else {
			n.resource = &a.Resources[i-len(a.Functions)]
		}
		n.root = n
		g.nodes = append(g.nodes, n)
		g.byID[b.Key.ID] = n
	}
	for _, e := range a.Edges {
		from, to := g.find(e.From), g.find(e.To)
		if from == nil || to == nil || from == to {
			continue
		}
		joint := &edge{from: from, to: to, kind: e.Kind}
		from.near, to.near = append(from.near, joint), append(to.near, joint)
	}
	return g
}

// find returns the node of an ARN. One that names a version, an alias, a
// stream or a log group's streams is its resource's.
func (g *graph) find(id unit.ResourceID) *node {
	text := strings.TrimSuffix(string(id), ":*")
	for {
		if n := g.byID[unit.ResourceID(text)]; n != nil {
			return n
		}
		cut := max(strings.LastIndexByte(text, ':'), strings.LastIndexByte(text, '/'))
		if cut < 0 || strings.Count(text[:cut], ":") < 5 {
			return nil
		}
		text = text[:cut]
	}
}

// Group returns the applications of an analysis, dearest first, what is not
// attributed last. Its functions and resources must be priced.
func Group(a *model.Analysis) []model.App {
	g := newGraph(a)
	share := g.assign()
	apps := map[string]*builder{}
	for _, n := range g.nodes {
		for _, part := range split(n, share[n]) {
			b := apps[part.app]
			if b == nil {
				b = newBuilder(part.app)
				apps[part.app] = b
			}
			b.add(n, part)
		}
	}
	out := make([]model.App, 0, len(apps))
	for _, b := range apps {
		out = append(out, b.finish(a.Window))
	}
	slices.SortFunc(out, compareApps)
	return out
}

func compareApps(x, y model.App) int {
	if (x.Name == "") != (y.Name == "") {
		if x.Name == "" {
			return 1
		}
		return -1
	}
	if x.Cost.Unknown != y.Cost.Unknown {
		if x.Cost.Unknown {
			return -1
		}
		return 1
	}
	return cmp.Or(y.Cost.Likely.Cmp(x.Cost.Likely), cmp.Compare(x.Name, y.Name))
}

// shares are the weights by which applications use a node; none: nobody is
// known to.
type shares map[string]int64

// assign finds whose each node is.
func (g *graph) assign() map[*node]shares {
	out := map[*node]shares{}
	for _, n := range g.nodes {
		if n.App != "" {
			out[n] = shares{n.App: 1}
		}
	}
	// What touches applications belongs to them; repeated, so that a log
	// group of an untagged function follows the function.
	for changed := true; changed; {
		changed = false
		found := map[*node]shares{}
		for _, n := range g.nodes {
			if out[n] != nil {
				continue
			}
			if s := n.users(out); len(s) > 0 {
				found[n] = s
			}
		}
		for n, s := range found {
			out[n], changed = s, true
		}
	}
	g.join(out)
	return out
}

// users weighs the applications that n is connected with by the traffic of
// the functions and resources on the other side.
func (n *node) users(assigned map[*node]shares) shares {
	out := shares{}
	for _, e := range n.near {
		o := e.other(n)
		theirs := assigned[o]
		total := int64(0)
		for _, w := range theirs {
			total += w
		}
		for app, w := range theirs {
			// In 1/1000 of an event, so that a small part is not lost, and at
			// least that: a connection without traffic is one still.
			out[app] += max(1, o.traffic()*1000/total*w)
		}
	}
	return out
}

// traffic is how often a node was used in the window.
func (n *node) traffic() int64 {
	if n.function != nil {
		return n.function.Signals.Invocations
	}
	for _, metric := range n.service.Work {
		if m := n.resource.Metric(metric, "Sum"); m.N > 0 {
			return int64(m.Sum)
		}
	}
	return 0
}

// join makes an application of each group of connected nodes that no
// application touches; a node alone stays unattributed.
func (g *graph) join(out map[*node]shares) {
	groups := map[*node][]*node{}
	for _, n := range g.nodes {
		if out[n] != nil {
			continue
		}
		for _, e := range n.near {
			if o := e.other(n); out[o] == nil {
				o.top().root = n.top()
			}
		}
	}
	for _, n := range g.nodes {
		if out[n] == nil && len(n.near) > 0 {
			groups[n.top()] = append(groups[n.top()], n)
		}
	}
	for _, group := range groups {
		if len(group) < 2 {
			continue
		}
		name := entry(group).Key.Name
		for _, n := range group {
			out[n] = shares{name: 1}
		}
	}
}

// top is the node that stands for n's component.
func (n *node) top() *node {
	for n.root != n {
		n.root = n.root.root
		n = n.root
	}
	return n
}

// entry is where work enters a group: what nothing of it feeds, APIs before
// others, then by name.
func entry(group []*node) *node {
	return slices.MinFunc(group, func(a, b *node) int {
		return cmp.Or(a.entryRank()-b.entryRank(), cmp.Compare(a.Key.Name, b.Key.Name), cmp.Compare(a.Key.ID, b.Key.ID))
	})
}

func (n *node) entryRank() int {
	fed := slices.ContainsFunc(n.near, func(e *edge) bool { return e.to == n && e.kind != model.EdgeLogs })
	switch {
	case n.service.Role == model.RoleLogs:
		return 5 // work ends there
	case n.service.Role == model.RoleAPI:
		return 0
	case n.service.Role == model.RoleWorkflow && !fed:
		return 1
	case !fed && n.function == nil:
		return 2
	case !fed:
		return 3
	}
	return 4
}

// part is what an application bears of a node.
type part struct {
	app   string
	share float64
	cost  model.Cost
	found string
}

// split divides a node's cost; the last application takes what rounding
// leaves, so that the parts add up.
func split(n *node, s shares) []part {
	if len(s) == 0 {
		return []part{{share: 1, cost: n.Cost}}
	}
	found := "connection"
	if n.App != "" {
		found = "tag"
	}
	names := make([]string, 0, len(s))
	total := int64(0)
	for name, w := range s {
		names, total = append(names, name), total+w
	}
	slices.Sort(names)
	var out []part
	left := n.Cost
	for i, name := range names {
		p := part{app: name, share: float64(s[name]) / float64(total), cost: left, found: found}
		if i < len(names)-1 && !left.Unknown {
			p.cost = portion(n.Cost, s[name], total)
			left = minus(left, p.cost)
		}
		out = append(out, p)
	}
	return out
}

// splitPlaces is where a divided cost is cut.
const splitPlaces = 15

func portion(c model.Cost, w, total int64) model.Cost {
	of := func(u unit.USD) unit.USD {
		return u.Mul(unit.QuantityOf(w)).Div(unit.QuantityOf(total)).Round(splitPlaces)
	}
	return model.Cost{Low: of(c.Low), Likely: of(c.Likely), High: of(c.High)}
}

func minus(c, d model.Cost) model.Cost {
	return model.Cost{Low: c.Low.Sub(d.Low), Likely: c.Likely.Sub(d.Likely), High: c.High.Sub(d.High)}
}
