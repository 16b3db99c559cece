package tui

import (
	"fmt"
	"math"
	"strings"

	"charm.land/bubbles/v2/key"

	"github.com/breakeven-dev/breakeven/model"
)

// compare holds the account, or a function, against servers.
type compare struct {
	list table[*model.Option]
}

func newCompare() *compare { return &compare{list: newOptionTable()} }

func newOptionTable() table[*model.Option] { return newTable(optionName, optionColumns()) }

// optionName is "fargate arm64 spot".
func optionName(o *model.Option) string {
	parts := []string{o.Option}
	if o.Architecture != "" {
		parts = append(parts, architecture(o.Architecture))
	}
	if o.Purchase != "" {
		parts = append(parts, o.Purchase)
	}
	return strings.Join(parts, " ")
}

func optionColumns() []column[*model.Option] {
	type opt = *model.Option
	return []column[opt]{
		{
			key: "n", title: "way to run it", width: 20, flex: true, left: true,
			text: func(_ scene, o opt) cell { return cell{optionName(o), tonePlain} }, str: optionName,
		},
		{
			key: "f", title: "configuration", width: 24, drop: 6, left: true,
			text: func(_ scene, o opt) cell { return cell{o.Configuration, toneMuted} },
			str:  func(o opt) string { return o.Configuration },
		},
		{
			key: "v", title: "servers", width: 8, drop: 3,
			text: func(s scene, o opt) cell { return cell{dashIf(s, o.Servers == 0, fmt.Sprint(o.Servers)), tonePlain} },
			num:  func(o opt) float64 { return float64(o.Servers) },
		},
		{
			key: "u", title: "used", width: 7, drop: 4,
			text: func(s scene, o opt) cell { return cell{dashIf(s, o.Servers == 0, percent(o.Utilisation)), tonePlain} },
			num:  func(o opt) float64 { return o.Utilisation },
		},
		{
			key: "c", title: "$/month", width: 11,
			text: func(s scene, o opt) cell { return cell{s.g.money(o.Monthly), toneMoney} },
			num:  func(o opt) float64 { return likely(o.Monthly) },
		},
		{
			title: "low to high", width: 21, drop: 7,
			text: func(s scene, o opt) cell { return cell{s.g.bounds(o.Monthly), toneMuted} },
		},
		{
			title: "", width: 20, drop: 5, left: true,
			text: func(s scene, o opt) cell {
				top := math.Max(dearest(s.data.a.Compare.Options), o.Monthly.High.Float64())
				return cell{s.g.bar(lowOf(o.Monthly), highOf(o.Monthly), top, 20), toneChart}
			},
		},
		{
			key: "b", title: "break-even", width: 11, drop: 2,
			text: func(s scene, o opt) cell { return cell{breakEven(s, o), tonePlain} },
			num: func(o opt) float64 {
				if o.BreakEven == nil {
					return math.NaN()
				}
				return *o.BreakEven
			},
		},
		{
			title: "SLO", width: 4, drop: 8, left: true,
			text: func(s scene, o opt) cell { return cell{slo(s, o), tonePlain} },
		},
	}
}

func dashIf(s scene, unknown bool, text string) string {
	if unknown {
		return s.g.dash
	}
	return text
}

func breakEven(s scene, o *model.Option) string {
	if o.BreakEven == nil {
		return s.g.dash
	}
	return perTime(*o.BreakEven)
}

func slo(s scene, o *model.Option) string {
	switch {
	case o.MeetsSLO == nil:
		return s.g.dash
	case *o.MeetsSLO:
		return "yes"
	}
	return "NO"
}

func lowOf(c model.Cost) float64 {
	if c.Unknown {
		return math.NaN()
	}
	return c.Low.Float64()
}

func highOf(c model.Cost) float64 {
	if c.Unknown {
		return math.NaN()
	}
	return c.High.Float64()
}

// dearest is the highest cost of the options, to scale bars by.
func dearest(opts []model.Option) float64 {
	top := 0.0
	for i := range opts {
		if h := highOf(opts[i].Monthly); h > top {
			top = h
		}
	}
	return top
}

func optionRows(c model.Comparison) []*model.Option {
	out := make([]*model.Option, len(c.Options))
	for i := range c.Options {
		out[i] = &c.Options[i]
	}
	return out
}

func (c *compare) title(scene) string { return "Servers" }

func (c *compare) setData(d *dataset) { c.list.setRows(optionRows(d.a.Compare)) }

func (c *compare) hints(k keymap) []key.Binding {
	return []key.Binding{k.Why, k.Sort, k.Reverse, k.Filter, k.Back, k.Help}
}

func (c *compare) setFilter(text string)    { c.list.setFilter(text) }
func (c *compare) filterText() string       { return c.list.filter }
func (c *compare) shown() (int, int)        { return len(c.list.order), len(c.list.rows) }
func (c *compare) sortHints(s scene) string { return c.list.hints(s) }

func (c *compare) records() (string, [][]string) { return "breakeven-servers.csv", c.list.records() }

func (c *compare) update(k keyPress, s scene) action {
	head, _ := c.around(s)
	if c.list.update(k, s.keys, c.listHeight(s, len(head))) {
		return action{handled: true}
	}
	if key.Matches(k, s.keys.Why) || key.Matches(k, s.keys.Open) {
		e := explainComparison(s, s.data.a.Compare)
		return action{why: &e}
	}
	return action{}
}

// around is what stands above and below the table.
func (c *compare) around(s scene) (head, foot []string) {
	cmp := s.data.a.Compare
	for _, l := range wrap(cmp.Verdict, s.w) {
		head = append(head, s.st.as(toneTitle, l))
	}
	head = append(head, s.st.as(toneMuted, fmt.Sprintf("for %s requests on average; break-even: the rate from which on it is cheaper than lambda", perTime(cmp.RatePerSecond))))
	if s.h < 14 {
		head = head[:min(2, len(head))]
	}
	foot = heading(s, "Assumptions", false)
	for _, t := range cmp.Assumptions {
		foot = append(foot, wrap(t, s.w)...)
	}
	for _, w := range cmp.Warnings {
		foot = append(foot, wrap("! "+w.Text, s.w)...)
	}
	return head, foot
}

func (c *compare) listHeight(s scene, head int) int {
	return max(min(len(c.list.rows)+1, s.h-head), 2)
}

func (c *compare) view(s scene) string {
	if len(s.data.a.Compare.Options) == 0 {
		return "\n  Nothing to compare: no function was called in this window."
	}
	head, foot := c.around(s)
	h := c.listHeight(s, len(head))
	out := append(head, c.list.view(s, h), "")
	room := s.h - len(head) - h - 1 - len(foot)
	if plot := c.plot(s, min(room, 18)); plot != "" {
		out = append(out, plot)
	}
	return strings.Join(append(out, foot...), "\n")
}

// plot draws what the options cost at other rates, once for each size.
func (c *compare) plot(s scene, h int) string {
	const least = 8
	if h < least {
		return ""
	}
	return s.draw.get(s, "curves", s.data, s.w, h, func() string {
		return strings.Join(rateCurves(s, s.data.a.Compare, s.w, h), "\n")
	})
}
