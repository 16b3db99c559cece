package tui

import (
	"errors"
	"slices"
	"time"
	"unicode"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/breakeven-dev/breakeven/model/textsafe"
)

// root is the dashboard: it dispatches messages and owns the layout, the
// current screen, the prompt and the data.
type root struct {
	cmds commands
	keys keymap
	st   styles
	g    glyphs
	// autoTheme lets the terminal's background choose the theme.
	autoTheme bool
	w, h      int

	data    *dataset // nil until something arrived
	stale   bool     // data is a snapshot
	current bool     // of what the database still holds
	loading bool
	err     error // of the last load
	now     time.Time

	screens [screenCount]screen
	screen  screenID
	trail   []screenID // where esc leads, newest last

	prompt prompt
	note   string // answer to the last key, until the next one
	unit   costUnit
	mouse  bool
	draw   drawings
}

func newModel(o Options, c commands) (root, error) {
	if err := o.Check(); err != nil {
		return root{}, err
	}
	theme := o.Theme
	if theme == "" {
		theme = "dark"
	}
	if !o.Color {
		theme = "none"
	}
	m := root{
		cmds: c, keys: newKeymap(), st: newStyles(theme), g: glyphsOf(o.Glyphs),
		autoTheme: o.Theme == "" && o.Color,
		now:       o.Now(), loading: true, screen: screenOverview, mouse: true, draw: drawings{},
	}
	m.screens = [screenCount]screen{
		screenOverview: &overview{}, screenFunctions: newFunctions(), screenFunction: newFunctionDetail(),
		screenServices: newServices(), screenResources: newResources(), screenResource: &resourceDetail{}, screenApps: newApps(), screenHealth: newHealth(),
		screenCompare: newCompare(), screenSavings: newSavings(), screenColdStarts: newColdStarts(),
		screenData: &dataScreen{}, screenHelp: &helpScreen{}, screenWarnings: &warningsScreen{}, screenWhy: &whyScreen{},
	}
	if o.Screen != "" {
		m.screen = screenNames[o.Screen]
	}
	return m, nil
}

// Init asks for the data; drawing does not wait for it.
func (m root) Init() tea.Cmd {
	cmds := []tea.Cmd{m.cmds.snapshot, m.cmds.load, m.cmds.tick}
	if m.autoTheme {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	return tea.Batch(cmds...)
}

// Update takes a message and returns the next state and what to do.
func (m root) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
	case tea.BackgroundColorMsg:
		m.background(msg.IsDark())
	case tea.KeyPressMsg:
		cmd = m.press(msg)
	case tea.PasteMsg:
		cmd = m.paste(msg)
	case tea.MouseWheelMsg:
		cmd = m.wheel(msg)
	case tea.MouseClickMsg:
		cmd = m.click(msg)
	case loadedMsg:
		cmd = m.loaded(msg)
	case snapshotMsg:
		m.snapshot(msg)
	case seriesMsg:
		m.detail().setSeries(msg)
	case tickMsg:
		m.now = msg.now
		cmd = m.cmds.tick
	case saveMsg:
		m.saved(msg)
	case exportMsg:
		m.exported(msg)
	}
	return m, cmd
}

func (m *root) resize(w, h int) { m.w, m.h = max(w, 0), max(h, 0) }

func (m *root) background(dark bool) {
	if m.autoTheme && !dark {
		m.st = newStyles("light")
	}
}

// loaded takes the answer of the source. A failed reload leaves what is on
// screen and says so.
func (m *root) loaded(msg loadedMsg) tea.Cmd {
	m.loading, m.err, m.now, m.note = false, msg.err, msg.now, ""
	if errors.Is(msg.err, ErrNoData) {
		m.data = nil
		return nil
	}
	if msg.err != nil {
		return nil
	}
	m.setData(msg.data)
	m.stale = false
	if _, ok := m.detail().function(); !ok && m.screen == screenFunction {
		m.detail().show(m.currentFunction()) // the program started here
	}
	return tea.Batch(m.cmds.save(msg.data), m.fetchSeries())
}

func (m *root) snapshot(msg snapshotMsg) {
	if msg.data == nil || !m.loading || m.data != nil {
		return // the real data was faster
	}
	m.setData(msg.data)
	m.stale, m.current, m.now = true, msg.current, msg.now
}

func (m *root) setData(d *dataset) {
	m.data = d
	for _, s := range m.screens {
		if s != nil {
			s.setData(d)
		}
	}
}

func (m *root) saved(msg saveMsg) {
	if msg.err != nil {
		m.note = "the start-up snapshot could not be kept: " + textsafe.Line(msg.err.Error())
	}
}

func (m *root) exported(msg exportMsg) {
	m.note = "wrote " + textsafe.Line(msg.path)
	if msg.err != nil {
		m.note = "could not export: " + textsafe.Line(msg.err.Error())
	}
}

// export writes the rows on show, as filtered and sorted, to a file.
func (m *root) export() tea.Cmd {
	t, ok := m.screens[m.screen].(tabular)
	if !ok || m.data == nil {
		m.note = "no table to export here"
		return nil
	}
	name, records := t.records()
	b, err := csvOf(records)
	if err != nil {
		m.note = "could not export: " + err.Error()
		return nil
	}
	return m.cmds.export(name, b)
}

// press handles a key: the prompt first while it is open, then the screen,
// then what holds anywhere.
func (m *root) press(k keyPress) tea.Cmd {
	if rest, ok := m.afterEscape(k); ok {
		return tea.Batch(m.press(keyPress{Code: tea.KeyEscape}), m.press(rest))
	}
	m.note = ""
	if key.Matches(k, m.keys.Interrupt) {
		return tea.Quit
	}
	if m.prompt.open() {
		return m.typed(k)
	}
	if m.data != nil && m.awaitsColumn() {
		return m.act(m.screens[m.screen].update(k, m.scene()))
	}
	if cmd, ok := m.global(k); ok {
		return cmd
	}
	if m.data == nil && m.screen != screenHelp {
		return nil
	}
	return m.act(m.screens[m.screen].update(k, m.scene()))
}

// afterEscape parts what a terminal sent as one key with alt into escape and
// the key: no binding here has alt, and a quick escape followed by another key
// looks the same. While typing, letters with alt move by words.
func (m *root) afterEscape(k keyPress) (keyPress, bool) {
	if k.Mod&tea.ModAlt == 0 || m.prompt.open() && k.Code != tea.KeyEnter {
		return k, false
	}
	k.Mod &^= tea.ModAlt
	if k.Text == "" && unicode.IsPrint(k.Code) && k.Mod&^tea.ModShift == 0 {
		r := k.Code
		if k.Mod&tea.ModShift != 0 {
			r = unicode.ToUpper(r)
		}
		k.Text = string(r)
	}
	return k, true
}

func (m *root) awaitsColumn() bool {
	f, ok := m.screens[m.screen].(filterer)
	return ok && f.sortHints(m.scene()) != ""
}

// global handles the keys that mean the same on every screen.
func (m *root) global(k keyPress) (tea.Cmd, bool) {
	for _, j := range []struct {
		on key.Binding
		to screenID
	}{
		{m.keys.Overview, screenOverview},
		{m.keys.Functions, screenFunctions},
		{m.keys.Function, screenFunction},
		{m.keys.Services, screenServices},
		{m.keys.Apps, screenApps},
		{m.keys.Compare, screenCompare},
		{m.keys.Savings, screenSavings},
		{m.keys.ColdStarts, screenColdStarts},
		{m.keys.Health, screenHealth},
		{m.keys.Data, screenData},
		{m.keys.Help, screenHelp},
		{m.keys.Warnings, screenWarnings},
	} {
		if key.Matches(k, j.on) {
			return m.jump(j.to), true
		}
	}
	switch {
	case key.Matches(k, m.keys.Quit):
		return tea.Quit, true
	case key.Matches(k, m.keys.Suspend):
		return tea.Suspend, true
	case key.Matches(k, m.keys.Back):
		m.back()
	case key.Matches(k, m.keys.Command):
		m.prompt = newCommandPrompt(m.completions())
	case key.Matches(k, m.keys.Filter):
		m.openFilter()
	case key.Matches(k, m.keys.Reload):
		return m.reload(), true
	case key.Matches(k, m.keys.Unit):
		m.unit = (m.unit + 1) % costUnits
		m.note = "cost of a function in " + m.unit.String()
	case key.Matches(k, m.keys.Mouse):
		m.toggleMouse()
	case key.Matches(k, m.keys.Copy):
		return m.copyARN(), true
	case key.Matches(k, m.keys.Export):
		return m.export(), true
	default:
		return nil, false
	}
	return nil, true
}

// jump shows a screen and remembers the one left. Pressing the key of the
// shown screen does nothing, that of help closes it.
func (m *root) jump(to screenID) tea.Cmd {
	if to == m.screen {
		if to == screenHelp {
			m.back()
		}
		return nil
	}
	switch to {
	case screenFunction:
		return m.openFunction(m.currentFunction())
	case screenResources:
		m.openScope(scope{})
		return nil
	}
	m.push(to)
	return nil
}

const trailLength = 30

func (m *root) push(to screenID) {
	m.trail = append(slices.Clone(m.trail), m.screen)
	if len(m.trail) > trailLength {
		m.trail = m.trail[len(m.trail)-trailLength:]
	}
	m.screen = to
}

// back clears a filter first, then returns to where the user came from.
func (m *root) back() {
	if f, ok := m.screens[m.screen].(filterer); ok && f.filterText() != "" {
		f.setFilter("")
		return
	}
	if len(m.trail) == 0 {
		m.screen = screenOverview
		return
	}
	m.screen = m.trail[len(m.trail)-1]
	m.trail = m.trail[:len(m.trail)-1]
}

// currentFunction is the function under the cursor of this screen, else the
// one looked at last, else the dearest.
func (m *root) currentFunction() ident {
	if s, ok := m.screens[m.screen].(subject); ok {
		if id, ok := s.function(); ok {
			return id
		}
	}
	if id, ok := m.detail().function(); ok {
		return id
	}
	if m.data != nil && len(m.data.a.Functions) > 0 {
		return identOf(m.data.a.Functions[0].Key)
	}
	return ident{}
}

// currentResource is the function or other resource under the cursor.
func (m *root) currentResource() ident {
	if s, ok := m.screens[m.screen].(resourceSubject); ok {
		if id, ok := s.subject(); ok {
			return id
		}
	}
	return m.currentFunction()
}

// openScope lists the resources of a scope.
func (m *root) openScope(of scope) {
	if m.data != nil {
		m.screens[screenResources].(*resources).show(of, m.data)
	}
	if m.screen != screenResources {
		m.push(screenResources)
	}
}

// openResource shows the detail of a function or any other resource.
func (m *root) openResource(id ident) tea.Cmd {
	switch {
	case m.data == nil:
		return nil
	case m.data.function(id) != nil:
		return m.openFunction(id)
	case m.data.resource(id) == nil:
		m.note = "nothing more is known of it"
		if m.stale {
			m.note = "still loading"
		}
		return nil
	}
	m.screens[screenResource].(*resourceDetail).show(id, m.data)
	if m.screen != screenResource {
		m.push(screenResource)
	}
	return nil
}

func (m *root) detail() *functionDetail {
	return m.screens[screenFunction].(*functionDetail)
}

// openFunction shows the detail of a function and asks for its series.
func (m *root) openFunction(id ident) tea.Cmd {
	if m.data == nil || m.data.function(id) == nil {
		m.note = "no function to show"
		return nil
	}
	m.detail().show(id)
	if m.screen != screenFunction {
		m.push(screenFunction)
	}
	return m.fetchSeries()
}

// fetchSeries asks for the series of the function on screen, unless they are
// there. A snapshot is no base to ask on: the source may not be open yet.
func (m *root) fetchSeries() tea.Cmd {
	d := m.detail()
	id, ok := d.function()
	if m.screen != screenFunction || !ok || m.data == nil || m.stale || d.hasSeries() {
		return nil
	}
	k, ok := m.data.key(id)
	if !ok {
		return nil
	}
	return m.cmds.series(k, m.data.a.Window)
}

// act does what a screen asked for.
func (m *root) act(a action) tea.Cmd {
	if a.note != "" {
		m.note = a.note
	}
	switch {
	case a.why != nil:
		m.screens[screenWhy].(*whyScreen).show(*a.why)
		m.push(screenWhy)
	case a.open == screenFunction:
		return m.openFunction(a.function)
	case a.open == screenResource:
		return m.openResource(a.resource)
	case a.open == screenResources:
		m.openScope(a.scope)
	case a.open != screenNone:
		return m.jump(a.open)
	}
	return nil
}

func (m *root) reload() tea.Cmd {
	if m.loading {
		m.note = "still loading"
		return nil
	}
	m.loading = true
	m.note = "reloading"
	return m.cmds.load
}

func (m *root) toggleMouse() {
	m.mouse = !m.mouse
	m.note = "mouse off: select text as usual"
	if m.mouse {
		m.note = "mouse on: wheel and click"
	}
}

// copyARN copies the ARN of the resource in question, or what an explanation
// has to copy.
func (m *root) copyARN() tea.Cmd {
	if y := m.screens[screenWhy].(*whyScreen); m.screen == screenWhy && y.what.copy != "" {
		m.note = "copied the command"
		return tea.SetClipboard(y.what.copy)
	}
	id := string(m.currentResource().id)
	if id == "" {
		return nil
	}
	m.note = "copied " + id
	return tea.SetClipboard(id)
}

func (m *root) openFilter() {
	f, ok := m.screens[m.screen].(filterer)
	if !ok || m.data == nil {
		m.note = "nothing to filter here"
		return
	}
	m.prompt = newFilterPrompt(f.filterText())
}

// wheel moves three lines, as terminals do.
func (m *root) wheel(msg tea.MouseWheelMsg) tea.Cmd {
	if m.data == nil || m.prompt.open() || m.awaitsColumn() {
		return nil
	}
	k := keyPress{Code: tea.KeyDown}
	switch msg.Button {
	case tea.MouseWheelUp:
		k = keyPress{Code: tea.KeyUp}
	case tea.MouseWheelDown:
	default:
		return nil
	}
	for range 3 {
		m.screens[m.screen].update(k, m.scene())
	}
	return nil
}

// click gives a click on the body to the screen, one on a tab opens it.
func (m *root) click(msg tea.MouseClickMsg) tea.Cmd {
	if msg.Button != tea.MouseLeft || m.prompt.open() {
		return nil
	}
	s := m.scene()
	head := len(m.headerLines(s))
	if msg.Y == 0 && head > 1 {
		return m.clickTab(msg.X)
	}
	c, ok := m.screens[m.screen].(clicker)
	if !ok || m.data == nil || msg.Y < head || msg.Y >= head+s.h {
		return nil
	}
	return m.act(c.click(s, msg.X, msg.Y-head))
}
