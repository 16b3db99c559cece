package tui

import (
	"fmt"

	"charm.land/bubbles/v2/key"

	"github.com/breakeven-dev/breakeven/model"
)

// dataScreen says what the figures rest on.
type dataScreen struct{ pager pager }

func (d *dataScreen) title(scene) string { return "Data" }
func (d *dataScreen) setData(*dataset)   {}

func (d *dataScreen) hints(k keymap) []key.Binding {
	return []key.Binding{k.Reload, k.Warnings, k.Down, k.Up, k.Help, k.Quit}
}

func (d *dataScreen) update(k keyPress, s scene) action {
	return action{handled: d.pager.update(k, s.keys, len(d.lines(s)), s.h)}
}

func (d *dataScreen) view(s scene) string { return d.pager.view(s, d.lines(s), s.h) }

func (d *dataScreen) lines(s scene) []string {
	a := s.data.a
	collected := "never"
	if !a.CollectedAt.IsZero() {
		collected = instant(a.CollectedAt) + ", " + age(s.now.Sub(a.CollectedAt))
	}
	lines := heading(s, "Sources", false)
	for _, src := range a.Sources {
		lines = append(lines, "  "+src)
	}
	lines = append(lines,
		label(s, "accounts", some(a.Accounts, "accounts", s.w >= 80)),
		label(s, "regions", some(a.Regions, "regions", s.w >= 80)),
		label(s, "window", instant(a.Window.From)+" to "+instant(a.Window.To)),
		label(s, "collected", collected))
	if !a.Collecting.IsZero() {
		lines = append(lines, label(s, "collecting", "since "+instant(a.Collecting)+"; this is the last complete state"))
	}
	lines = append(lines, heading(s, "Coverage", false)...)
	lines = append(lines,
		label(s, "metrics", s.g.bar(a.Coverage.Metrics, a.Coverage.Metrics, 1, 20)+" "+percent(a.Coverage.Metrics)+" of the window"),
		label(s, "REPORT lines", s.g.bar(a.Coverage.Reports, a.Coverage.Reports, 1, 20)+" "+percent(a.Coverage.Reports)+" of invocations"))
	lines = append(lines, heading(s, "What collecting cost", false)...)
	lines = append(lines, label(s, "requests", count(a.Calls.Requests)), label(s, "cost", usd(a.Calls.Cost)))
	lines = append(lines, heading(s, "Price book", false)...)
	lines = append(lines, label(s, "version", a.Book.Version), label(s, "prices of", a.Book.AsOf),
		label(s, "free tier", map[bool]string{true: "subtracted", false: "not subtracted"}[a.FreeTier]))
	return append(lines, gapLines(s, a.Gaps)...)
}

func label(s scene, name, text string) string {
	return "  " + s.st.as(toneMuted, fit(name, 14, s.g.ell)) + text
}

func gapLines(s scene, gaps []model.Gap) []string {
	lines := heading(s, fmt.Sprintf("Gaps (%d)", len(gaps)), false)
	if len(gaps) == 0 {
		return append(lines, "  none: what was asked for is there")
	}
	for _, g := range gaps {
		what := string(g.Resource)
		if what == "" {
			what = g.Service
		}
		lines = append(lines, "  "+s.st.as(toneWarn, "! ")+what+" "+g.Metric+"  "+string(g.Region))
		lines = append(lines, indented(instant(g.From)+" to "+instant(g.To)+": "+g.Reason, max(s.w-4, 10))...)
	}
	return lines
}

// warningsScreen lists everything a reader must know about the figures.
type warningsScreen struct{ pager pager }

func (v *warningsScreen) title(scene) string { return "Warnings" }
func (v *warningsScreen) setData(*dataset)   {}

func (v *warningsScreen) hints(k keymap) []key.Binding {
	return []key.Binding{k.Back, k.Data, k.Down, k.Up, k.Help, k.Quit}
}

func (v *warningsScreen) update(k keyPress, s scene) action {
	return action{handled: v.pager.update(k, s.keys, len(v.lines(s)), s.h)}
}

func (v *warningsScreen) view(s scene) string { return v.pager.view(s, v.lines(s), s.h) }

func (v *warningsScreen) lines(s scene) []string {
	ws := s.data.a.Warnings
	lines := heading(s, fmt.Sprintf("Warnings (%d)", len(ws)), false)
	if len(ws) == 0 {
		lines = append(lines, "  none")
	}
	for _, w := range ws {
		text := w.Text
		if w.Resource != "" {
			text += " (" + string(w.Resource) + ")"
		}
		for i, l := range wrap(text, max(s.w-4, 10)) {
			sign := "  "
			if i == 0 {
				sign = s.st.as(toneWarn, "! ")
			}
			lines = append(lines, sign+l)
		}
	}
	return append(append(lines, ""), gapLines(s, s.data.a.Gaps)...)
}
