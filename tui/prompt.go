package tui

import (
	"maps"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/breakeven-dev/breakeven/model/textsafe"
)

// prompt is the line at the bottom while the user types into it.
type prompt struct {
	kind  promptKind
	input textinput.Model
}

type promptKind int

const (
	promptClosed promptKind = iota
	promptFilter
	promptCommand
)

func (p prompt) open() bool { return p.kind != promptClosed }

func newPrompt(kind promptKind, sign, value string) prompt {
	in := textinput.New()
	in.Prompt = sign
	in.CharLimit = 200
	in.SetVirtualCursor(false)
	in.SetStyles(textinput.Styles{})
	in.SetValue(value)
	in.CursorEnd()
	in.Focus() // its command only makes a virtual cursor blink
	return prompt{kind: kind, input: in}
}

func newFilterPrompt(value string) prompt { return newPrompt(promptFilter, "/", value) }

func newCommandPrompt(completions []string) prompt {
	p := newPrompt(promptCommand, ":", "")
	p.input.ShowSuggestions = true
	p.input.SetSuggestions(completions)
	return p
}

// typed handles a key while the prompt is open. A filter acts at once.
func (m *root) typed(k keyPress) tea.Cmd {
	switch {
	case key.Matches(k, m.keys.Cancel):
		if m.prompt.kind == promptFilter {
			m.applyFilter("")
		}
		m.prompt = prompt{}
	case key.Matches(k, m.keys.Accept):
		p := m.prompt
		m.prompt = prompt{}
		if p.kind == promptCommand {
			return m.command(p.input.Value())
		}
	default:
		m.edit(k)
	}
	return nil
}

func (m *root) paste(msg tea.PasteMsg) tea.Cmd {
	if m.prompt.open() {
		m.edit(tea.PasteMsg{Content: textsafe.Line(msg.Content)})
	}
	return nil
}

// edit passes a message to the input line. Its own commands only read the
// clipboard, which the terminal's paste does already.
func (m *root) edit(msg tea.Msg) {
	before := m.prompt.input.Value()
	m.prompt.input, _ = m.prompt.input.Update(msg)
	if after := m.prompt.input.Value(); m.prompt.kind == promptFilter && after != before {
		m.applyFilter(after)
	}
}

func (m *root) applyFilter(text string) {
	if f, ok := m.screens[m.screen].(filterer); ok {
		f.setFilter(text)
	}
}

// completions are the lines the command prompt completes.
func (m *root) completions() []string {
	out := append(sortedNames(), "quit", "reload")
	for _, t := range Themes {
		out = append(out, "theme "+t)
	}
	if m.data != nil {
		for i := range m.data.a.Functions {
			out = append(out, "fn "+m.data.a.Functions[i].Key.Name)
		}
		for i := range m.data.a.Apps {
			out = append(out, "app "+appName(m.data.a.Apps[i].Name))
		}
		for i := range m.data.services {
			out = append(out, "service "+m.data.services[i].Service)
		}
		for i := range m.data.rows {
			out = append(out, "res "+m.data.rows[i].key.Name)
		}
	}
	return out
}

func sortedNames() []string { return slices.Sorted(maps.Keys(screenNames)) }

// command obeys a typed line.
func (m *root) command(text string) tea.Cmd {
	verb, arg, _ := strings.Cut(strings.TrimSpace(text), " ")
	arg = strings.TrimSpace(arg)
	switch verb {
	case "":
		return nil
	case "q", "quit":
		return tea.Quit
	case "reload":
		return m.reload()
	case "theme":
		m.setTheme(arg)
		return nil
	case "fn", "function":
		if arg != "" {
			return m.openNamed(arg)
		}
		verb = "function"
	case "app", "application", "service", "res", "resource":
		if arg != "" {
			return m.openCalled(verb, arg)
		}
		verb = map[string]string{"app": "apps", "application": "apps", "service": "services", "res": "resources", "resource": "resources"}[verb]
	}
	if id, ok := completedScreen(verb); ok {
		return m.jump(id)
	}
	m.note = "no command " + verb + ": try " + strings.Join(sortedNames(), ", ")
	return nil
}

// completedScreen finds a screen by name or by a beginning that fits only one.
func completedScreen(verb string) (screenID, bool) {
	if id, ok := screenNames[verb]; ok {
		return id, true
	}
	found := screenNone
	for name, id := range screenNames {
		if !strings.HasPrefix(name, verb) {
			continue
		}
		if found != screenNone && found != id {
			return screenNone, false
		}
		found = id
	}
	return found, found != screenNone
}

func (m *root) setTheme(name string) {
	if !slices.Contains(Themes, name) {
		m.note = "theme: one of " + strings.Join(Themes, ", ")
		return
	}
	m.autoTheme = false
	m.st = newStyles(name)
}

// openNamed shows the function of that name, else the first whose name holds
// the text.
func (m *root) openNamed(name string) tea.Cmd {
	if m.data == nil {
		return nil
	}
	fns := m.data.a.Functions
	i := named(len(fns), name, func(i int) string { return fns[i].Key.Name })
	if i < 0 {
		m.note = m.missing("function", name)
		return nil
	}
	return m.openFunction(identOf(fns[i].Key))
}

// openCalled shows the application, service or resource of that name, else the
// first whose name holds the text.
func (m *root) openCalled(what, name string) tea.Cmd {
	if m.data == nil {
		return nil
	}
	d := m.data
	switch what {
	case "app", "application":
		if i := named(len(d.a.Apps), name, func(i int) string { return appName(d.a.Apps[i].Name) }); i >= 0 {
			m.openScope(scope{app: d.a.Apps[i].Name, ofApp: true})
			return nil
		}
		what = "application"
	case "service":
		if i := named(len(d.services), name, func(i int) string { return d.services[i].Service }); i >= 0 {
			m.openScope(scope{service: d.services[i].Service})
			return nil
		}
	default:
		if i := named(len(d.rows), name, func(i int) string { return d.rows[i].key.Name }); i >= 0 {
			return m.openResource(identOf(d.rows[i].key))
		}
		what = "resource"
	}
	m.note = m.missing(what, name)
	return nil
}

// missing says that nothing has a name; of a snapshot, which holds the dearest
// only, that it may be too early to say.
func (m *root) missing(what, name string) string {
	if m.stale && m.loading {
		return "still loading: no " + what + " called " + textsafe.Line(name) + " yet"
	}
	return "no " + what + " called " + textsafe.Line(name)
}

// named finds which of n things has a name, else the first whose name holds
// it; -1 if none does.
func named(n int, name string, nameOf func(int) string) int {
	lower, part := strings.ToLower(name), -1
	for i := range n {
		switch has := nameOf(i); {
		case has == name:
			return i
		case part < 0 && strings.Contains(strings.ToLower(has), lower):
			part = i
		}
	}
	return part
}
