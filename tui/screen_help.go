package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
)

// helpScreen lists the keys, made from the keymap.
type helpScreen struct{ pager pager }

func (h *helpScreen) title(scene) string { return "Help" }
func (h *helpScreen) setData(*dataset)   {}

func (h *helpScreen) hints(k keymap) []key.Binding {
	return []key.Binding{k.Back, k.Down, k.Up, k.HalfDown, k.Quit}
}

func (h *helpScreen) update(k keyPress, s scene) action {
	return action{handled: h.pager.update(k, s.keys, len(h.lines(s)), s.h)}
}

func (h *helpScreen) view(s scene) string { return h.pager.view(s, h.lines(s), s.h) }

func (h *helpScreen) lines(s scene) []string {
	var lines []string
	for _, g := range s.keys.groups() {
		lines = append(lines, heading(s, g.title, false)...)
		lines = append(lines, inColumns(s, g.keys)...)
	}
	lines = append(lines, heading(s, "Reading it", false)...)
	for _, t := range []string{
		"~$1.20 is the likely amount; w shows its bounds and why.",
		s.g.dash + " is unknown, never zero.",
		"Filters: text, !text for what does not hold it, ~text for letters in order.",
		"Commands: :functions, :fn NAME, :app NAME, :service NAME, :res NAME, :theme NAME (" + strings.Join(Themes, ", ") + "), :reload, :quit.",
	} {
		lines = append(lines, wrap(t, s.w)...)
	}
	return lines
}

// inColumns sets keys side by side as far as the width goes.
func inColumns(s scene, keys []key.Binding) []string {
	const w = 30
	n := max(s.w/w, 1)
	rows := (len(keys) + n - 1) / n
	out := make([]string, rows)
	for i, b := range keys {
		h := b.Help()
		out[i%rows] += fit("  "+s.st.as(toneTitle, fit(h.Key, 10, ""))+" "+h.Desc, min(w, s.w), s.g.ell)
	}
	return out
}
