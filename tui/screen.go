package tui

import (
	"math"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/breakeven-dev/breakeven/model"
)

type keyPress = tea.KeyPressMsg

// screenID names a screen.
type screenID int

const (
	screenNone screenID = iota
	screenOverview
	screenFunctions
	screenFunction
	screenServices
	screenResources
	screenResource
	screenApps
	screenCompare
	screenSavings
	screenColdStarts
	screenHealth
	screenData
	screenHelp
	screenWarnings
	screenWhy
	screenCount
)

// screenNames are what the command line calls the screens.
var screenNames = map[string]screenID{
	"overview": screenOverview, "functions": screenFunctions, "function": screenFunction,
	"services": screenServices, "resources": screenResources, "apps": screenApps, "applications": screenApps, "health": screenHealth,
	"servers": screenCompare, "compare": screenCompare, "savings": screenSavings, "recommend": screenSavings,
	"coldstarts": screenColdStarts, "data": screenData, "help": screenHelp, "warnings": screenWarnings,
}

// scene is what a screen is drawn with and updated in. Screens never change it.
type scene struct {
	st   styles
	g    glyphs
	keys keymap
	data *dataset
	w, h int // of the body
	unit costUnit
	now  time.Time
	draw drawings
}

// action is what a screen asks of the root in answer to a key. The zero value
// asks for nothing.
type action struct {
	open     screenID
	function ident // opened with screenFunction
	resource ident // opened with screenResource: a function or any other
	scope    scope // opened with screenResources
	why      *explanation
	note     string
	handled  bool // the key was for the screen, nothing else to do
}

// screen is one page of the dashboard.
type screen interface {
	// title heads the page in small terminals.
	title(s scene) string
	// setData is called whenever there is another dataset.
	setData(d *dataset)
	// update handles a key the root has no use for.
	update(k keyPress, s scene) action
	// view draws the page in s.w by s.h cells; more is cut off.
	view(s scene) string
	// hints are the keys the footer shows, the most useful first.
	hints(k keymap) []key.Binding
}

// filterer is a screen whose rows can be filtered.
type filterer interface {
	setFilter(text string)
	filterText() string
	// shown says how many rows are shown, of how many.
	shown() (n, of int)
	// sortHints is not empty while a column key is awaited.
	sortHints(s scene) string
}

// tabular is a screen whose rows can be exported.
type tabular interface {
	// records are the heading and the rows as shown, and a file name.
	records() (name string, rows [][]string)
}

// clicker is a screen whose rows can be clicked.
type clicker interface {
	click(s scene, x, y int) action
}

// subject is a screen that knows which function the user looks at.
type subject interface {
	function() (ident, bool)
}

// resourceSubject is a screen that knows which resource, be it a function or
// another, the user looks at.
type resourceSubject interface {
	subject() (ident, bool)
}

// costUnit is what the cost column of function lists shows.
type costUnit int

const (
	perMonth costUnit = iota
	perMillion
	perShare
	costUnits
)

func (u costUnit) title() string { return [...]string{"$/month", "$/1M", "share"}[u] }

func (u costUnit) String() string {
	return [...]string{"dollars a month of 730 hours", "dollars a million invocations", "share of the total"}[u]
}

// cost prints a function's cost in unit u.
func (s scene) cost(f *model.Function) cell {
	switch s.unit {
	case perMillion:
		return cell{s.g.money(f.PerMillion), toneMoney}
	case perShare:
		return cell{s.g.share(f.Monthly, s.data.a.Monthly), toneMoney}
	}
	return cell{s.g.money(f.Monthly), toneMoney}
}

// share prints part of whole as a percentage of the likely amounts.
func (g glyphs) share(part, whole model.Cost) string {
	if part.Unknown || whole.Unknown || whole.Likely.IsZero() {
		return g.dash
	}
	return percent(part.Likely.Ratio(whole.Likely))
}

// likely is a cost's sort key; unknown sorts last.
func likely(c model.Cost) float64 {
	if c.Unknown {
		return math.NaN()
	}
	return c.Likely.Float64()
}

// rateOf is part/whole, NaN without a whole.
func rateOf(part, whole int64) float64 {
	if whole <= 0 {
		return math.NaN()
	}
	return float64(part) / float64(whole)
}
