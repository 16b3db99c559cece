package tui

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/x/ansi"

	"github.com/breakeven-dev/breakeven/model"
)

// explanation is the answer to "why this number": a heading and lines.
type explanation struct {
	heading string
	lines   []string
	copy    string // what the copy key takes: a command
}

// whyScreen shows an explanation.
type whyScreen struct {
	what  explanation
	pager pager
}

func (y *whyScreen) show(e explanation) { y.what, y.pager = e, pager{} }

func (y *whyScreen) title(scene) string { return "Why" }
func (y *whyScreen) setData(*dataset)   {}

func (y *whyScreen) hints(k keymap) []key.Binding {
	return []key.Binding{k.Back, k.Copy, k.Down, k.Up, k.Help, k.Quit}
}

func (y *whyScreen) update(k keyPress, s scene) action {
	if key.Matches(k, s.keys.Why) {
		return action{note: "esc leads back"}
	}
	return action{handled: y.pager.update(k, s.keys, len(y.what.lines)+1, s.h)}
}

func (y *whyScreen) view(s scene) string {
	return y.pager.view(s, append([]string{s.st.as(toneTitle, y.what.heading)}, y.what.lines...), s.h)
}

// explainAccount takes the window's total apart.
func explainAccount(s scene) explanation {
	e := explanation{heading: "Why " + s.g.spread(s.data.a.Total) + " in " + s.g.window(s.data.a.Window)}
	for _, sv := range s.data.a.Services {
		e.lines = append(e.lines, "", s.st.as(toneMoney, s.g.spread(sv.Cost))+"  "+sv.Service)
		e.lines = append(e.lines, costTree(s, sv.LineItems)...)
	}
	e.lines = append(e.lines, "", "Month = window "+s.g.times+" 730 h / window hours.")
	if s.data.a.FreeTier {
		e.lines = append(e.lines, "The always-free allowances are subtracted.")
	}
	return e
}

// explainFunction takes one function's cost apart.
func explainFunction(s scene, f *model.Function) explanation {
	e := explanation{heading: "Why " + s.g.spread(f.Cost) + " for " + f.Key.Name + " in " + s.g.window(s.data.a.Window)}
	e.lines = append([]string{""}, functionTree(s, f)...)
	return e
}

// functionTree is the cost tree of a function with the shares that failures
// and cold starts have in it.
func functionTree(s scene, f *model.Function) []string {
	lines := costTree(s, f.LineItems)
	if len(f.LineItems) == 0 {
		lines = []string{s.st.as(toneMuted, "nothing was billed in this window")}
	}
	lines = append(lines, "",
		amountLine(s, "window", f.Cost), amountLine(s, "month of 730 h", f.Monthly),
		amountLine(s, "a million calls", f.PerMillion), amountLine(s, "of it billed init", f.ColdCost),
		amountLine(s, "of it failed calls", f.ErrorCost))
	return lines
}

func amountLine(s scene, what string, c model.Cost) string {
	return fit(what, 19, s.g.ell) + s.st.as(toneMoney, fitRight(s.g.money(c), 13, s.g.ell)) + "  " + s.st.as(toneMuted, s.g.bounds(c))
}

// costTree prints each line item as quantity times unit price, and under it
// where the price comes from and how the quantity is known.
func costTree(s scene, items []model.LineItem) []string {
	var out []string
	for i, l := range items {
		branch, stem := "├ ", "│   "
		if i == len(items)-1 {
			branch, stem = "└ ", "    "
		}
		if s.g.set == GlyphsASCII {
			branch, stem = "+ ", "|   "
			if i == len(items)-1 {
				stem = "    "
			}
		}
		amount := fitRight(s.g.money(l.Cost), 13, s.g.ell)
		sum := quantity(l) + " " + l.Unit + " " + s.g.times + " " + unitPrice(l.UnitPrice)
		head := branch + fit(l.Dimension, min(24, max(s.w/3, 8)), s.g.ell) + s.st.as(toneMoney, amount)
		if ansi.StringWidth(head)+3+ansi.StringWidth(sum) <= s.w {
			out = append(out, head+"   "+sum)
		} else {
			out = append(out, head, stem+sum)
		}
		out = append(out, s.st.as(toneMuted, stem+provenance(s, l)))
	}
	return out
}

// quantity prints a billed quantity: whole from a hundred up, so that it can
// be multiplied again, else with the digits that matter.
func quantity(l model.LineItem) string {
	f := l.Quantity.Float64()
	if math.Abs(f) >= 100 || f == math.Trunc(f) {
		return thousands(strconv.FormatFloat(f, 'f', 0, 64))
	}
	return digits3(f)
}

// provenance says how well a line is known.
func provenance(s scene, l model.LineItem) string {
	text := l.Basis
	if !l.TierFrom.IsZero() {
		text += ", tier from " + short(l.TierFrom.Float64())
	}
	if b := s.g.bounds(l.Cost); b != "" {
		text += ", " + b
	}
	if l.Source.Name != "" {
		text += ", price: " + l.Source.Name
	}
	if l.Source.AsOf != "" {
		text += " of " + l.Source.AsOf
	}
	if l.Source.Remembered {
		text += " (no dated source)"
	}
	return text
}

// explainAdvice shows what a recommendation rests on.
func explainAdvice(s scene, a *model.Advice) explanation {
	e := explanation{heading: a.Title}
	w := max(s.w-4, 10)
	e.lines = append(e.lines, "",
		s.st.as(toneGood, "saves "+s.g.spread(a.Saving)+" a month"),
		fmt.Sprintf("confidence %s (A measured, D a guess within bounds), effort %s", a.Confidence, a.Effort),
		a.Resource.Name+"  "+string(a.Resource.Region)+"  "+string(a.Resource.Account))
	if a.Status != "" && a.Status != model.AdviceNew {
		e.lines = append(e.lines, strings.TrimSuffix(fmt.Sprintf("%s on %s: %s", a.Status, a.DecidedAt.UTC().Format("2 Jan 2006"), a.Reason), ": "))
	}
	for _, part := range []struct {
		title string
		text  []string
	}{
		{"Evidence", a.Evidence},
		{"Risk", []string{a.Risk}},
		{"Proved wrong by", []string{a.Disproof}},
	} {
		e.lines = append(e.lines, "", s.st.as(toneTitle, part.title))
		for _, t := range part.text {
			e.lines = append(e.lines, indented(t, w)...)
		}
	}
	e.lines = append(e.lines, "", s.st.as(toneTitle, "Apply"))
	return explanation{heading: e.heading, lines: append(e.lines, indented(a.Apply, w)...), copy: a.Apply}
}

// indented wraps text, two cells in.
func indented(text string, w int) []string {
	if text == "" {
		text = "none given"
	}
	lines := wrap(text, w)
	for i := range lines {
		lines[i] = "  " + lines[i]
	}
	return lines
}

// explainComparison lists what a comparison assumed.
func explainComparison(s scene, c model.Comparison) explanation {
	e := explanation{heading: "What the comparison assumes"}
	w := max(s.w-4, 10)
	for _, t := range c.Assumptions {
		e.lines = append(e.lines, indented(t, w)...)
	}
	for i := range c.Options {
		o := &c.Options[i]
		e.lines = append(e.lines, "", s.st.as(toneTitle, optionName(o))+"  "+s.st.as(toneMoney, s.g.spread(o.Monthly)))
		for _, t := range o.Assumptions {
			e.lines = append(e.lines, indented(t, w)...)
		}
	}
	return e
}
