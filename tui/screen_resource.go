package tui

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// resourceDetail shows one resource of a service but Lambda in panes that tab
// walks through.
type resourceDetail struct {
	id     ident
	pane   resourcePane
	pager  pager
	config [][2]string // of the resource, ready to draw
}

// resourcePane is a part of the detail.
type resourcePane int

const (
	resourceCost resourcePane = iota
	resourceMetrics
	resourceConfig
	resourceConnections
	resourceAdvice
	resourcePanes
)

var resourcePaneNames = [resourcePanes]string{"Cost", "Metrics", "Configuration", "Connections", "Advice"}

func (v *resourceDetail) title(scene) string { return "Resource" }

func (v *resourceDetail) setData(d *dataset) {
	r := d.resource(v.id)
	if r == nil {
		v.id, v.config = ident{}, nil
		return
	}
	v.config = configRows(r.Config)
}

// show turns to a resource and keeps the pane.
func (v *resourceDetail) show(id ident, d *dataset) {
	if v.id != id {
		*v = resourceDetail{id: id, pane: v.pane}
	}
	v.setData(d)
}

func (v *resourceDetail) subject() (ident, bool) { return v.id, v.id != ident{} }

func (v *resourceDetail) hints(k keymap) []key.Binding {
	return []key.Binding{k.NextPane, k.Back, k.Copy, k.Down, k.HalfDown, k.Help}
}

func (v *resourceDetail) update(k keyPress, s scene) action {
	r := s.data.resource(v.id)
	if r == nil {
		return action{}
	}
	switch {
	case key.Matches(k, s.keys.NextPane):
		v.turn(1)
	case key.Matches(k, s.keys.PrevPane):
		v.turn(-1)
	case key.Matches(k, s.keys.Why):
		v.turn(-int(v.pane))
	default:
		return action{handled: v.pager.update(k, s.keys, len(v.text(s, r)), s.h-v.headHeight(s))}
	}
	return action{handled: true}
}

func (v *resourceDetail) turn(d int) {
	v.pane = (v.pane + resourcePane(d) + resourcePanes) % resourcePanes
	v.pager = pager{}
}

func (v *resourceDetail) headHeight(s scene) int {
	if s.h < 16 {
		return 2
	}
	return 4
}

func (v *resourceDetail) click(s scene, x, y int) action {
	if y != v.headHeight(s)-1 {
		return action{}
	}
	at := 0
	for i, n := range resourcePaneNames {
		at += len(n) + 2
		if x < at {
			v.turn(i - int(v.pane))
			break
		}
	}
	return action{handled: true}
}

// wideResource is the width from which configuration and connections stand
// beside the cost.
const wideResource = 110

func (v *resourceDetail) view(s scene) string {
	r := s.data.resource(v.id)
	if r == nil {
		return "\n  Pick a resource on screen 4, or type :res NAME."
	}
	head := v.head(s, r)
	h := max(s.h-len(head), 1)
	body := ""
	if v.pane == resourceCost && s.w >= wideResource {
		left, right := s, s
		left.w = s.w/2 - 1
		right.w = s.w - left.w - 2
		side := append(heading(right, "Metrics of the window", false), metricLines(right, r)...)
		side = append(append(side, heading(right, "Configuration", false)...), v.configLines(right, r)...)
		side = append(append(side, heading(right, "Connections", false)...), connectionLines(right, r)...)
		if len(side) > h {
			side = append(side[:h-1:h-1], s.st.as(toneMuted, "more under the other tabs"))
		}
		body = columns(left, strings.Split(v.pager.view(left, v.text(left, r), h), "\n"), side)
	} else {
		body = v.pager.view(s, v.text(s, r), h)
	}
	return strings.Join(head, "\n") + "\n" + body
}

// head names the resource, what is wrong with it, and the panes.
func (v *resourceDetail) head(s scene, r *model.Resource) []string {
	name := r.Key.Name
	if r.Deleted {
		name += " (deleted)"
	}
	title := s.st.as(toneTitle, name) + "  " + s.st.as(toneMoney, s.g.spread(r.Monthly)+"/month")
	facts := strings.Join(slices.DeleteFunc([]string{
		r.Key.Service, string(r.Key.Region), string(r.Key.Account), r.App,
	}, func(text string) bool { return text == "" }), " "+s.g.dot+" ")
	state := "nothing is wrong with it now"
	look := toneMuted
	if n := s.data.findings[v.id]; n > 0 {
		state, look = fmt.Sprintf("%d wrong now:", n), toneBad
		for i := range s.data.a.Health.Findings {
			if f := &s.data.a.Health.Findings[i]; identOf(f.Resource) == v.id {
				state += " " + f.Text
				break
			}
		}
	}
	tabs := ""
	for i, n := range resourcePaneNames {
		if resourcePane(i) == v.pane {
			tabs += s.st.as(toneTabOn, "["+n+"]")
			continue
		}
		tabs += s.st.as(toneTab, " "+n+" ")
	}
	if v.headHeight(s) == 2 {
		return []string{title, tabs}
	}
	return []string{title, s.st.as(toneMuted, facts), s.st.as(look, state), tabs}
}

// text is the content of the pane.
func (v *resourceDetail) text(s scene, r *model.Resource) []string {
	switch v.pane {
	case resourceMetrics:
		return metricLines(s, r)
	case resourceConfig:
		return v.configLines(s, r)
	case resourceConnections:
		return connectionLines(s, r)
	case resourceAdvice:
		return resourceAdviceLines(s, r)
	}
	return resourceTree(s, r)
}

// resourceTree is the cost tree of a resource.
func resourceTree(s scene, r *model.Resource) []string {
	lines := costTree(s, r.LineItems)
	if len(r.LineItems) == 0 {
		lines = []string{s.st.as(toneMuted, "nothing was billed in this window")}
	}
	return append(lines, "", amountLine(s, "window", r.Cost), amountLine(s, "month of 730 h", r.Monthly))
}

// metricLines are the collected statistics with what they came to.
func metricLines(s scene, r *model.Resource) []string {
	if len(r.Metrics) == 0 {
		return []string{s.st.as(toneMuted, "no metrics were collected of it")}
	}
	heads := []string{"total", "mean", "least", "most", "last"}
	if s.w < 76 {
		heads = []string{"total", "mean", "most"}
	}
	nameW := max(s.w-9*len(heads), 8)
	head := fit("statistic", nameW, s.g.ell)
	for _, h := range heads {
		head += fitRight(h, 9, "")
	}
	out := []string{s.st.as(toneHead, head)}
	for i := range r.Metrics {
		m := &r.Metrics[i]
		line := fit(m.Metric+" "+m.Stat, nameW, s.g.ell)
		values := map[string]float64{"total": m.Sum, "mean": m.Mean(), "least": m.Min, "most": m.Max, "last": m.Last}
		for _, h := range heads {
			text := s.g.dash
			if m.N > 0 && (h != "total" || m.Stat == "Sum" || m.Stat == "SampleCount") {
				text = short(values[h])
			}
			line += fitRight(text, 9, s.g.ell)
		}
		out = append(out, line)
	}
	return append(out, s.st.as(toneMuted, "of the periods collected: total over the window, the rest a period"))
}

// configLines are the configuration, the tags and the id.
func (v *resourceDetail) configLines(s scene, r *model.Resource) []string {
	rows := slices.Clone(v.config)
	if !r.ChangedAt.IsZero() {
		rows = append(rows, [2]string{"changed", instant(r.ChangedAt)})
	}
	for _, k := range slices.SortedFunc(maps.Keys(r.Tags), cmp.Compare[string]) {
		rows = append(rows, [2]string{"tag " + k, r.Tags[k]})
	}
	rows = append(rows, [2]string{"id", string(r.Key.ID)})
	labelW := min(26, max(s.w/3, 8))
	var out []string
	for _, row := range rows {
		for i, l := range wrap(row[1], max(s.w-labelW-1, 10)) {
			name := row[0]
			if i > 0 {
				name = ""
			}
			out = append(out, s.st.as(toneMuted, fit(name, labelW, s.g.ell))+" "+l)
		}
	}
	return out
}

// connectionLines tell what the resource calls, feeds or logs to, and what
// does so to it.
func connectionLines(s scene, r *model.Resource) []string {
	var to, from []string
	for _, e := range s.data.a.Edges {
		switch r.Key.ID {
		case e.From:
			to = append(to, "  "+s.st.as(toneMuted, fit(e.Kind, 12, s.g.ell))+connected(s, e.To))
		case e.To:
			from = append(from, "  "+s.st.as(toneMuted, fit(e.Kind, 12, s.g.ell))+connected(s, e.From))
		}
	}
	if len(to)+len(from) == 0 {
		return []string{s.st.as(toneMuted, "no connections are known")}
	}
	var out []string
	if len(to) > 0 {
		out = append(append(out, s.st.as(toneTitle, "It")), to...)
	}
	if len(from) > 0 {
		out = append(append(out, s.st.as(toneTitle, "To it")), from...)
	}
	return out
}

// connected names the other end with its service, as far as that is known.
func connected(s scene, id unit.ResourceID) string {
	name := s.data.nameOf(id)
	if service, ok := s.data.serviceOf[id]; ok {
		return name + " (" + service + ")"
	}
	return name
}

// resourceAdviceLines are what is wrong now and what to save.
func resourceAdviceLines(s scene, r *model.Resource) []string {
	id := identOf(r.Key)
	var out []string
	for i := range s.data.a.Health.Findings {
		if f := &s.data.a.Health.Findings[i]; identOf(f.Resource) == id {
			out = append(append(append(out, s.st.as(toneTitle, "Wrong now ("+string(f.Severity)+")")), findingLines(s, f)...), "")
		}
	}
	for i := range s.data.a.Advice {
		if identOf(s.data.a.Advice[i].Resource) == id {
			e := explainAdvice(s, &s.data.a.Advice[i])
			out = append(append(append(out, s.st.as(toneTitle, e.heading)), e.lines[1:]...), "")
		}
	}
	if out == nil {
		return []string{s.st.as(toneMuted, "nothing is wrong with it now, and nothing to save was found")}
	}
	return out
}
