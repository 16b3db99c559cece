package tui

import (
	"fmt"

	"charm.land/bubbles/v2/key"
)

// scope is what a list of resources is about: a service, an application, or
// everything.
type scope struct {
	service string
	app     string
	ofApp   bool // app is meant, be it the one without a name
}

// resources lists functions and all other resources of a scope.
type resources struct {
	scope scope
	list  table[*resourceRow]
}

func newResources() *resources { return &resources{list: newResourceTable(scope{})} }

func newResourceTable(of scope) table[*resourceRow] {
	name := func(r *resourceRow) string { return r.key.Service + " " + r.key.Name + " " + r.app }
	return newTable(name, resourceColumns(of))
}

// resourceColumns are those of a scope: what an application has of a resource
// is a part of it, and the other parts of the list would repeat the scope.
func resourceColumns(of scope) []column[*resourceRow] {
	type row = *resourceRow
	cols := []column[row]{
		{
			key: "t", title: "service", width: 15, drop: 4, left: true,
			text: func(_ scene, r row) cell { return cell{r.key.Service, toneMuted} },
			str:  func(r row) string { return r.key.Service },
		},
		{
			key: "n", title: "name", width: 20, flex: true, left: true,
			text: func(_ scene, r row) cell { return cell{resourceName(r), tonePlain} },
			str:  func(r row) string { return r.key.Name },
		},
		{
			key: "r", title: "region", width: 14, drop: 6, left: true,
			text: func(_ scene, r row) cell { return cell{string(r.key.Region), toneMuted} },
			str:  func(r row) string { return string(r.key.Region) },
		},
		{
			key: "i", title: "wrong", width: 5, drop: 3, text: wrongCell,
			num: func(r row) float64 { return float64(r.findings) },
		},
		{
			key: "v", title: "adv", width: 3, drop: 3,
			text: func(s scene, r row) cell { return cell{marked(s.g.dear, r.advice), toneGood} },
			num:  func(r row) float64 { return float64(r.advice) },
		},
		{
			key: "w", title: "window", width: 11,
			text: func(s scene, r row) cell { return cell{s.g.money(r.cost), toneMoney} },
			num:  func(r row) float64 { return likely(r.cost) },
		},
	}
	if of.service != "" {
		cols = cols[1:]
	}
	if of.ofApp {
		return append(cols, column[row]{
			key: "p", title: "its part", width: 8, drop: 2,
			text: func(_ scene, r row) cell { return cell{percent(r.part), tonePlain} },
			num:  func(r row) float64 { return r.part },
		})
	}
	return append(cols, column[row]{
		key: "c", title: "$/month", width: 11, drop: 2,
		text: func(s scene, r row) cell { return cell{s.g.money(r.monthly), toneMoney} },
		num:  func(r row) float64 { return likely(r.monthly) },
	}, column[row]{
		key: "a", title: "application", width: 18, drop: 5, left: true,
		text: func(_ scene, r row) cell { return cell{r.app, toneMuted} },
		str:  func(r row) string { return r.app },
	})
}

func resourceName(r *resourceRow) string {
	if r.deleted {
		return r.key.Name + " (deleted)"
	}
	return r.key.Name
}

func wrongCell(_ scene, r *resourceRow) cell { return cell{marked("!", r.findings), toneBad} }

// marked is a sign with a number, empty for none.
func marked(sign string, n int) string {
	if n == 0 {
		return ""
	}
	return sign + fmt.Sprint(min(n, 99))
}

func (v *resources) title(scene) string { return v.scope.name() }

// name says what the scope holds.
func (o scope) name() string {
	switch {
	case o.ofApp:
		return "Application " + appName(o.app)
	case o.service != "":
		return "Service " + o.service
	}
	return "All resources"
}

// show turns to another scope; the same one keeps its filter and cursor.
func (v *resources) show(of scope, d *dataset) {
	if v.scope == of {
		return
	}
	v.scope, v.list = of, newResourceTable(of)
	v.setData(d)
}

func (v *resources) setData(d *dataset) { v.list.setRows(d.rowsIn(v.scope)) }

func (v *resources) hints(k keymap) []key.Binding {
	return []key.Binding{k.Open, k.Filter, k.Sort, k.Copy, k.Back, k.Help}
}

func (v *resources) setFilter(text string)    { v.list.setFilter(text) }
func (v *resources) filterText() string       { return v.list.filter }
func (v *resources) shown() (int, int)        { return len(v.list.order), len(v.list.rows) }
func (v *resources) sortHints(s scene) string { return v.list.hints(s) }

func (v *resources) records() (string, [][]string) {
	return "breakeven-resources.csv", v.list.records()
}

func (v *resources) subject() (ident, bool) {
	r, ok := v.list.current()
	if !ok {
		return ident{}, false
	}
	return identOf(r.key), true
}

func (v *resources) update(k keyPress, s scene) action {
	if v.list.update(k, s.keys, s.h-1-v.headHeight(s)) {
		return action{handled: true}
	}
	if key.Matches(k, s.keys.Open) {
		return v.open()
	}
	return action{}
}

func (v *resources) open() action {
	id, ok := v.subject()
	if !ok {
		return action{}
	}
	return action{open: screenResource, resource: id}
}

// headHeight is that of the line that names the scope; in small terminals the
// title does.
func (v *resources) headHeight(s scene) int {
	if s.h < 16 {
		return 0
	}
	return 1
}

func (v *resources) click(s scene, x, y int) action {
	y -= v.headHeight(s)
	if y >= 0 && v.list.click(s, x, y, s.h-1-v.headHeight(s)) {
		return v.open()
	}
	return action{}
}

func (v *resources) view(s scene) string {
	head, body := "", s
	if v.headHeight(s) > 0 {
		head, body.h = s.st.as(toneTitle, v.scope.name())+"  "+s.st.as(toneMuted, s.g.window(s.data.a.Window))+"\n", s.h-1
	}
	if len(v.list.rows) == 0 {
		if v.scope.ofApp && s.data.parts[v.scope.app] > 0 || s.data.tallies[v.scope.service].All > 0 {
			return head + "\n  Loading " + s.g.ell // a snapshot holds the dearest only
		}
		return head + "\n  No resources here in this window."
	}
	return head + v.list.summed(body, "resource", v.sum(s))
}

func (v *resources) sum(s scene) string {
	text := fmt.Sprintf("%d of %d resources", len(v.list.order), len(v.list.rows))
	switch p := s.data.app(v.scope.app); {
	case v.scope.ofApp && p != nil:
		return text + fmt.Sprintf(", %s in the window, %s a month", s.g.money(p.Cost), s.g.money(p.Monthly))
	case v.scope.service != "":
		return text + fmt.Sprintf(", %s a month", s.g.money(s.data.tallies[v.scope.service].Monthly))
	}
	return text + fmt.Sprintf(", %s a month", s.g.money(s.data.a.Monthly))
}

// rowsIn are the resources of a scope, dearest first.
func (d *dataset) rowsIn(of scope) []*resourceRow {
	var out []*resourceRow
	if of.ofApp {
		return d.rowsOfApp(of.app)
	}
	for i := range d.rows {
		if r := &d.rows[i]; of.service == "" || r.key.Service == of.service {
			out = append(out, r)
		}
	}
	return out
}

// rowsOfApp are an application's parts with what it pays for each.
func (d *dataset) rowsOfApp(name string) []*resourceRow {
	p := d.app(name)
	if p == nil {
		return nil
	}
	whole := make(map[ident]*resourceRow, len(d.rows))
	for i := range d.rows {
		whole[identOf(d.rows[i].key)] = &d.rows[i]
	}
	out := make([]*resourceRow, len(p.Parts))
	for i, part := range p.Parts {
		r := resourceRow{key: part.Key}
		if w := whole[identOf(part.Key)]; w != nil {
			r = *w
		}
		r.part, r.cost = part.Share, part.Cost
		out[i] = &r
	}
	return out
}

// serviceRows are the services, dearest first.
func (d *dataset) serviceRows() []*serviceRow {
	out := make([]*serviceRow, len(d.services))
	for i, s := range d.services {
		out[i] = &serviceRow{s, d.tallies[s.Service]}
	}
	return out
}
