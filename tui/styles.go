package tui

import (
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// Themes are the names Options.Theme and the theme command take.
var Themes = []string{"dark", "light", "high-contrast", "16", "none"}

// tone is what a piece of text means. Its colour follows from the theme; none
// of them is the only carrier of what it says.
type tone int

const (
	tonePlain  tone = iota
	toneMuted       // secondary text
	toneTitle       // headings
	toneMoney       // amounts that matter
	toneGood        // saving, healthy
	toneWarn        // look at this
	toneBad         // failing
	toneChart       // first line of a chart, bars
	toneChart2      // second line of a chart
	toneHead        // table headings
	toneSelect      // the row the cursor is on
	toneTab         // a screen that is not shown
	toneTabOn       // the screen that is
	tones
)

// styles renders each tone.
type styles struct {
	theme string
	by    [tones]lipgloss.Style
}

// palette is the colours of a theme by meaning; an empty string is the
// terminal's own text colour.
type palette struct {
	muted, title, money, good, warn, bad, chart, chart2 string
}

// The palettes tell good from bad by lightness and blue against orange, which
// red-green blindness leaves apart.
var palettes = map[string]palette{
	"dark":          {muted: "#9399a8", title: "#8fb8ff", money: "#ffd479", good: "#6fc3df", warn: "#ffb454", bad: "#ff8f70", chart: "#6fb1ff", chart2: "#ffb454"},
	"light":         {muted: "#5c6370", title: "#1d4f9e", money: "#7a4d00", good: "#00667a", warn: "#8a4b00", bad: "#b02a12", chart: "#1d5fbf", chart2: "#a85a00"},
	"high-contrast": {muted: "", title: "#ffffff", money: "#ffff00", good: "#00ffff", warn: "#ffff00", bad: "#ff9f80", chart: "#ffffff", chart2: "#ffff00"},
	"16":            {muted: "8", title: "12", money: "11", good: "14", warn: "11", bad: "9", chart: "12", chart2: "11"},
	"none":          {},
}

func newStyles(theme string) styles {
	p, ok := palettes[theme]
	if !ok {
		theme, p = "dark", palettes["dark"]
	}
	s := styles{theme: theme}
	colour := func(c string) lipgloss.Style {
		if c == "" {
			return lipgloss.NewStyle()
		}
		return lipgloss.NewStyle().Foreground(lipgloss.Color(c))
	}
	s.by = [tones]lipgloss.Style{
		tonePlain: lipgloss.NewStyle(),
		toneMuted: colour(p.muted), toneTitle: colour(p.title).Bold(true), toneMoney: colour(p.money).Bold(true),
		toneGood: colour(p.good), toneWarn: colour(p.warn), toneBad: colour(p.bad).Bold(true),
		toneChart: colour(p.chart), toneChart2: colour(p.chart2),
		toneHead: colour(p.title).Bold(true).Underline(true), toneSelect: lipgloss.NewStyle().Reverse(true),
		toneTab: colour(p.muted), toneTabOn: colour(p.title).Bold(true).Reverse(true),
	}
	return s
}

// as renders text, which must be one line, in a tone.
func (s styles) as(t tone, text string) string {
	if t == tonePlain || text == "" {
		return text
	}
	return s.by[t].Render(text)
}

// selected renders a whole line in reverse video; inner colours would break
// it, so they go.
func (s styles) selected(line string) string {
	return s.by[toneSelect].Render(ansi.Strip(line))
}
