package tui

import (
	"errors"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// The smallest terminal that shows screens.
const minW, minH = 40, 12

// tallHeader is the height from which tabs and facts have a line each.
const tallHeader = 20

// emptyLines say how to get data.
var emptyLines = []string{
	"No data yet. One of these brings some:",
	"  breakeven demo             a simulated account, nothing needed",
	"  breakeven collect --plan   what reading your account would cost",
	"  breakeven import logs F    REPORT lines from a file",
}

// scene returns what the current screen is drawn with.
func (m root) scene() scene {
	s := scene{st: m.st, g: m.g, keys: m.keys, data: m.data, w: m.w, unit: m.unit, now: m.now, draw: m.draw}
	head := 1
	if m.h >= tallHeader {
		head = 2
	}
	s.h = max(m.h-head-1, 1)
	if m.notice() != "" {
		s.h = max(s.h-1, 1)
	}
	return s
}

// View draws the state.
func (m root) View() tea.View {
	v := tea.NewView(m.content())
	v.AltScreen = true
	v.WindowTitle = "breakeven"
	if m.mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	if m.prompt.open() && m.bigEnough() {
		if c := m.prompt.input.Cursor(); c != nil {
			c.Y = m.h - 1
			v.Cursor = c
		}
	}
	return v
}

func (m root) bigEnough() bool { return m.w >= minW && m.h >= minH }

func (m root) content() string {
	switch {
	case m.w <= 0 || m.h <= 0:
		return ""
	case !m.bigEnough():
		return fit(fmt.Sprintf("breakeven needs %dx%d, this is %dx%d", minW, minH, m.w, m.h), m.w, "")
	}
	s := m.scene()
	lines := m.headerLines(s)
	lines = append(lines, m.body(s)...)
	if n := m.notice(); n != "" {
		lines = append(lines, fit(s.st.as(toneWarn, n), m.w, m.g.ell))
	}
	return strings.Join(append(lines, m.footer(s)), "\n")
}

// body returns exactly s.h lines of s.w cells.
func (m root) body(s scene) []string {
	lines := strings.Split(m.bodyText(s), "\n")
	out := make([]string, s.h)
	for i := range out {
		text := ""
		if i < len(lines) {
			text = lines[i]
		}
		out[i] = fit(text, s.w, s.g.ell)
	}
	return out
}

// bodyText picks the page: the screen, or what stands in for it while there
// is nothing to show.
func (m root) bodyText(s scene) string {
	switch {
	case m.screen == screenHelp, m.data != nil:
		return m.screens[m.screen].view(s)
	case m.loading:
		return "\n  Loading " + s.g.ell
	case m.err != nil && !errors.Is(m.err, ErrNoData):
		return "\n  " + strings.Join(append(wrap(textsafe.Line(m.err.Error()), s.w-4), "", "r tries again, q quits"), "\n  ")
	}
	return "\n  " + strings.Join(emptyLines, "\n  ")
}

// notice is the line above the footer, empty if there is nothing to say.
func (m root) notice() string {
	switch {
	case m.note != "":
		return m.note
	case m.data == nil:
		return ""
	case m.err != nil:
		return "could not reload: " + textsafe.Line(m.err.Error())
	case m.stale && m.loading && m.current:
		return "the sums of what was collected; reading the details " + m.g.ell
	case m.stale && m.loading:
		return "as of the last time; loading the present state " + m.g.ell
	case !m.data.a.Collecting.IsZero():
		return fmt.Sprintf("showing state of %s; collecting since %s",
			m.data.a.CollectedAt.UTC().Format("15:04"), m.data.a.Collecting.UTC().Format("15:04 UTC"))
	}
	return ""
}

// headerLines are tabs and facts, or title and facts where height is short.
func (m root) headerLines(s scene) []string {
	if m.h >= tallHeader {
		return []string{m.tabs(s), fit(s.st.as(toneMuted, m.facts(s, m.w)), m.w, s.g.ell)}
	}
	title := " " + m.screens[m.screen].title(s) + " "
	left := s.st.as(toneTabOn, title)
	room := m.w - ansi.StringWidth(title) - 1
	return []string{fit(left+" "+s.st.as(toneMuted, m.facts(s, room)), m.w, s.g.ell)}
}

// tab is a screen in the line of tabs.
type tab struct {
	id                 screenID
	key                key.Binding
	name, short, brief string
}

func (m root) tabList() []tab {
	k := m.keys
	return []tab{
		{screenOverview, k.Overview, "Overview", "Overview", "Over"},
		{screenFunctions, k.Functions, "Functions", "Functions", "Fns"},
		{screenFunction, k.Function, "Function", "Fn", "Fn"},
		{screenServices, k.Services, "Services", "Services", "Svc"},
		{screenApps, k.Apps, "Applications", "Apps", "Apps"},
		{screenCompare, k.Compare, "Servers", "Servers", "Srv"},
		{screenSavings, k.Savings, "Savings", "Savings", "Save"},
		{screenColdStarts, k.ColdStarts, "Cold starts", "Cold", "Cold"},
		{screenHealth, k.Health, "Health", "Health", "Health"},
		{screenData, k.Data, "Data", "Data", "Data"},
		{screenWarnings, k.Warnings, "Warnings", "Warn", ""},
		{screenHelp, k.Help, "Help", "Help", ""},
	}
}

// tabScreen is the tab that the screen on show belongs to.
func (m root) tabScreen() screenID {
	switch {
	case m.screen == screenResource, m.screen == screenResources && !m.screens[screenResources].(*resources).scope.ofApp:
		return screenServices
	case m.screen == screenResources:
		return screenApps
	}
	return m.screen
}

// tabLabels are the texts of the tabs. Where width is short, they close up and
// all but that of the screen on show shrink, at last to the key alone.
func (m root) tabLabels() []string {
	on := m.tabScreen()
	forms := []struct {
		name func(tab) string
		pad  string
	}{
		{func(t tab) string { return t.name }, " "},
		{func(t tab) string { return t.short }, ""},
		{func(t tab) string { return t.brief }, ""},
		{func(tab) string { return "" }, ""},
	}
	var labels []string
	for _, form := range forms {
		labels = labels[:0]
		total := 0
		for _, t := range m.tabList() {
			label := " " + strings.TrimSpace(t.key.Help().Key+" "+form.name(t)) + form.pad
			if t.id == on {
				// Brackets carry it where reverse video is not shown.
				label = "[" + t.key.Help().Key + " " + t.name + "]"
			}
			labels = append(labels, label)
			total += len(label)
		}
		if total <= m.w {
			break
		}
	}
	return labels
}

func (m root) tabs(s scene) string {
	var b strings.Builder
	for i, label := range m.tabLabels() {
		look := toneTab
		if m.tabList()[i].id == m.tabScreen() {
			look = toneTabOn
		}
		b.WriteString(s.st.as(look, label))
	}
	return fit(b.String(), m.w, "")
}

func (m *root) clickTab(x int) tea.Cmd {
	at := 0
	for i, label := range m.tabLabels() {
		at += len(label)
		if x < at {
			return m.jump(m.tabList()[i].id)
		}
	}
	return nil
}

// facts say what the figures are of: account, regions, range, age, coverage,
// price book; in short forms where w cells are too few, and age and coverage
// first where even these do not fit.
func (m root) facts(s scene, w int) string {
	if m.data == nil {
		return "breakeven"
	}
	a, g := m.data.a, s.g
	old := "never collected"
	if !a.CollectedAt.IsZero() {
		old = age(s.now.Sub(a.CollectedAt))
	}
	metrics, reports := percent(a.Coverage.Metrics), percent(a.Coverage.Reports)
	long := strings.Join([]string{
		some(a.Accounts, "accounts", true), some(a.Regions, "regions", true), g.window(a.Window), old,
		"metrics " + metrics + ", REPORT " + reports, "prices of " + a.Book.AsOf,
	}, " "+g.dot+" ")
	share := strings.ReplaceAll("data "+metrics+"/"+reports, " %", "%")
	brief := []string{
		some(a.Accounts, "accounts", false), some(a.Regions, "regions", false),
		a.Window.From.UTC().Format("2 Jan") + g.to + a.Window.To.UTC().Format("2 Jan"), old,
		share, "book " + a.Book.AsOf,
	}
	for _, text := range []string{long, strings.Join(brief, " "+g.dot+" "), strings.Join(brief, g.dot)} {
		if ansi.StringWidth(text) <= w {
			return text
		}
	}
	// Too narrow: how good the data is matters more than whose it is.
	return strings.Join([]string{old, share, brief[0], brief[1], brief[2]}, g.dot)
}

// some lists a few names, or counts many.
func some[S unit.AccountID | unit.Region](names []S, what string, room bool) string {
	switch {
	case len(names) == 0:
		return "no " + what
	case len(names) == 1:
		return string(names[0])
	case len(names) <= 3 && room:
		parts := make([]string, len(names))
		for i, n := range names {
			parts[i] = string(n)
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprintf("%d %s", len(names), what)
}

// footer is the prompt while it is open, else six keys of the screen.
func (m root) footer(s scene) string {
	if m.prompt.open() {
		return fit(m.prompt.input.View()+m.filterCount(), m.w, "")
	}
	if f, ok := m.screens[m.screen].(filterer); ok && m.data != nil {
		if h := f.sortHints(s); h != "" {
			return fit(h, m.w, s.g.ell)
		}
		if f.filterText() != "" {
			return fit("/"+f.filterText()+m.filterCount()+"   esc clears", m.w, s.g.ell)
		}
	}
	hints := m.screens[m.screen].hints(m.keys)
	if m.data == nil && m.screen != screenHelp {
		hints = []key.Binding{m.keys.Reload, m.keys.Help, m.keys.Quit}
	}
	return fit(s.hintLine(hints), m.w, "")
}

// hintLine prints keys and what they do, as many as fit.
func (s scene) hintLine(hints []key.Binding) string {
	line := ""
	for _, b := range hints {
		h := b.Help()
		next := line
		if next != "" {
			next += "  "
		}
		next += s.st.as(toneTitle, h.Key) + " " + h.Desc
		if ansi.StringWidth(next) > s.w {
			break
		}
		line = next
	}
	return line
}

// filterCount says how many rows the filter left.
func (m root) filterCount() string {
	f, ok := m.screens[m.screen].(filterer)
	if !ok || m.prompt.kind == promptCommand {
		return ""
	}
	n, of := f.shown()
	return fmt.Sprintf("   %d/%d", n, of)
}
