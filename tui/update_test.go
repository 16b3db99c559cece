package tui

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// everyKey is each key of the keymap once.
func everyKey() []string {
	var out []string
	for _, g := range newKeymap().groups() {
		for _, b := range g.keys {
			out = append(out, b.Keys()...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestEveryKeyOnEveryScreen(t *testing.T) {
	a := serviceSample(sampleAnalysis(40))
	for _, p := range slices.Concat(pages, servicePages) {
		for _, k := range everyKey() {
			t.Run(p.name+" "+k, func(t *testing.T) {
				b := loadedBench(t, a, 80, 24)
				b.press(p.keys...)
				b.press(k)
				checkFrame(t, b)
			})
		}
	}
}

// TestScreenKeys holds where each key leads.
func TestScreenKeys(t *testing.T) {
	for _, c := range []struct {
		keys string
		want screenID
	}{
		{"1", screenOverview},
		{"2", screenFunctions},
		{"3", screenFunction},
		{"6", screenCompare},
		{"7", screenSavings},
		{"8", screenColdStarts},
		{"0", screenData},
		{"?", screenHelp},
		{"!", screenWarnings},
		{"w", screenWhy},
		{"2 w", screenWhy},
		{"2 enter", screenFunction},
		{"2 enter w", screenWhy},
		{"2 enter esc", screenFunctions},
		{"2 enter w esc esc esc", screenOverview},
		{"? ?", screenOverview},
		{"7 enter", screenWhy},
		{"7 enter esc", screenSavings},
		{"7 down 3", screenFunction},
		{"8 enter", screenFunction},
		{"6 enter", screenWhy},
		{"esc", screenOverview},
		{"1 tab", screenFunctions},
	} {
		b := loadedBench(t, sampleAnalysis(0), 80, 24)
		b.press(strings.Fields(c.keys)...)
		if b.m.screen != c.want {
			t.Errorf("%s: screen %d, want %d", c.keys, b.m.screen, c.want)
		}
	}
}

// TestEscapeRunsIntoNextKey: terminals send a quick escape and a key as alt.
func TestEscapeRunsIntoNextKey(t *testing.T) {
	b := loadedBench(t, sampleAnalysis(20), 80, 24)
	b.press("2", "/")
	b.typing("api")
	b.press("enter")
	b.send(tea.KeyPressMsg{Code: '6', Mod: tea.ModAlt})
	if b.m.screen != screenCompare || b.m.screens[screenFunctions].(*functions).filterText() != "" {
		t.Errorf("escape 6 leads to screen %d, filter %q", b.m.screen, b.m.screens[screenFunctions].(*functions).filterText())
	}
	b.press("2")
	b.send(tea.KeyPressMsg{Code: 'g', Mod: tea.ModAlt | tea.ModShift})
	b.press("2")
	if list := b.m.screens[screenFunctions].(*functions).list; b.m.screen != screenFunctions || list.cursor != 0 {
		t.Errorf("escape G on screen %d leads to row %d", b.m.screen, list.cursor)
	}
}

func TestQuitKeys(t *testing.T) {
	for _, c := range []struct {
		keys string
		quit bool
	}{{"q", true}, {"ctrl+c", true}, {"2 / q", false}, {"2 / ctrl+c", true}, {": ctrl+c", true}, {"2 s q", false}, {"x", false}} {
		b := loadedBench(t, sampleAnalysis(20), 80, 24)
		keys := strings.Fields(c.keys)
		b.press(keys[:len(keys)-1]...)
		cmd := b.send(keyNamed(keys[len(keys)-1]))
		if got := isQuit(cmd); got != c.quit {
			t.Errorf("%s: quits %v, want %v", c.keys, got, c.quit)
		}
	}
}

func isQuit(cmd tea.Cmd) bool {
	if cmd == nil {
		return false
	}
	_, ok := cmd().(tea.QuitMsg)
	return ok
}

// column0 reads the names in the order shown.
func column0(b *bench) []string {
	list := b.m.screens[screenFunctions].(*functions).list
	var out []string
	for _, i := range list.order {
		out = append(out, list.rows[i].Key.Name)
	}
	return out
}

func TestSortKeys(t *testing.T) {
	b := loadedBench(t, sampleAnalysis(40), 80, 24)
	b.press("2", "s")
	if f := b.frame(); !strings.Contains(f, "sort by:") || !strings.Contains(f, "l calls") {
		t.Fatalf("no column keys offered on\n%s", f)
	}
	b.press("n")
	names := column0(b)
	if !slices.IsSorted(names) {
		t.Errorf("s n: %v is not sorted", names)
	}
	b.press("S")
	slices.Reverse(names)
	if got := column0(b); !slices.Equal(got, names) {
		t.Errorf("S does not reverse: %v", got)
	}
	b.press("s", "l")
	list := b.m.screens[screenFunctions].(*functions).list
	for i := 1; i < len(list.order); i++ {
		x, y := list.rows[list.order[i-1]].Signals.Invocations, list.rows[list.order[i]].Signals.Invocations
		if x < y {
			t.Fatalf("s l: %d before %d", x, y)
		}
	}
	if !strings.Contains(b.frame(), "▼calls") {
		t.Errorf("the heading does not say what it is sorted by:\n%s", b.frame())
	}
	b.press(">")
	if got := b.m.screens[screenFunctions].(*functions).list.sort; functionColumns()[got].title != "p50" {
		t.Errorf("> after calls sorts by %s", functionColumns()[got].title)
	}
	b.press("<", "<")
	if got := b.m.screens[screenFunctions].(*functions).list.sort; functionColumns()[got].title != "region" {
		t.Errorf("< < sorts by %s", functionColumns()[got].title)
	}
}

func TestUnknownSortsLast(t *testing.T) {
	for _, reverse := range []bool{false, true} {
		b := loadedBench(t, sampleAnalysis(40), 80, 24)
		b.press("2", "s", "x")
		if reverse {
			b.press("S")
		}
		list := b.m.screens[screenFunctions].(*functions).list
		last := list.rows[list.order[len(list.order)-1]]
		if !last.PerMillion.Unknown {
			t.Errorf("reverse %v: %s is last, its cost known", reverse, last.Key.Name)
		}
	}
}

func TestFilter(t *testing.T) {
	a := sampleAnalysis(40)
	for _, c := range []struct {
		text string
		want func(string) bool
	}{
		{"api", func(n string) bool { return strings.Contains(n, "api") }},
		{"API", func(n string) bool { return strings.Contains(n, "api") }},
		{"!api", func(n string) bool { return !strings.Contains(n, "api") }},
		{"~ckot", func(n string) bool {
			return strings.HasPrefix(n, "checkout") || strings.HasPrefix(n, "webhook") || strings.HasPrefix(n, "ledger")
		}},
		{"nothing has this", func(string) bool { return false }},
	} {
		b := loadedBench(t, a, 80, 24)
		b.press("2", "/")
		b.typing(c.text)
		names, n := column0(b), 0
		for i := range a.Functions {
			if c.want(a.Functions[i].Key.Name) {
				n++
			}
		}
		for _, name := range names {
			if !c.want(name) {
				t.Errorf("/%s shows %s", c.text, name)
			}
		}
		if c.text[0] != '~' && len(names) != n {
			t.Errorf("/%s shows %d, want %d", c.text, len(names), n)
		}
		if want := fmt.Sprintf("%d/40", len(names)); !strings.Contains(b.frame(), want) {
			t.Errorf("/%s: no count %s on\n%s", c.text, want, b.frame())
		}
		b.press("enter")
		if !strings.Contains(b.frame(), "esc clears") {
			t.Errorf("the filter is not shown while it holds")
		}
		b.press("esc")
		if got := len(column0(b)); got != 40 || b.m.screen != screenFunctions {
			t.Errorf("esc leaves %d of 40 rows on screen %d", got, b.m.screen)
		}
	}
}

func TestFilterEscapesWhileTyping(t *testing.T) {
	b := loadedBench(t, sampleAnalysis(40), 80, 24)
	b.press("2", "/")
	b.typing("api")
	b.press("esc")
	if got := len(column0(b)); got != 40 || b.m.prompt.open() {
		t.Errorf("%d rows, prompt open %v", got, b.m.prompt.open())
	}
}

func TestCommands(t *testing.T) {
	for _, c := range []struct {
		line   string
		screen screenID
		note   string
	}{
		{"functions", screenFunctions, ""},
		{"fu", screenOverview, "no command fu"}, // functions and function
		{"sav", screenSavings, ""},
		{"servers", screenCompare, ""},
		{"fn orders-api-000", screenFunction, ""},
		{"fn ORDERS", screenFunction, ""},
		{"fn nobody", screenOverview, "no function called nobody"},
		{"theme light", screenOverview, ""},
		{"theme pink", screenOverview, "theme: one of"},
		{"", screenOverview, ""},
		{"  data  ", screenData, ""},
		{"rm -rf /", screenOverview, "no command rm"},
		{"reload", screenOverview, "reloading"},
	} {
		b := loadedBench(t, sampleAnalysis(40), 80, 24)
		b.press(":")
		b.typing(c.line)
		b.press("enter")
		if b.m.screen != c.screen || !strings.Contains(b.m.note, c.note) {
			t.Errorf(":%s leads to screen %d with note %q, want %d and %q", c.line, b.m.screen, b.m.note, c.screen, c.note)
		}
	}
}

func TestCommandCompletion(t *testing.T) {
	b := loadedBench(t, sampleAnalysis(40), 80, 24)
	b.press(":")
	b.typing("fn ord")
	b.press("tab", "enter")
	if id, _ := b.m.detail().function(); b.m.screen != screenFunction || !strings.Contains(string(id.id), "orders-api") {
		t.Errorf("completion of fn ord leads to screen %d, %s", b.m.screen, id.id)
	}
}

func TestFunctionOpensWithItsSeries(t *testing.T) {
	a := sampleAnalysis(20)
	b := loadedBench(t, a, 80, 24)
	b.press("2", "down")
	cmd := b.send(keyNamed("enter"))
	if cmd == nil {
		t.Fatal("no series was asked for")
	}
	msg, ok := cmd().(seriesMsg)
	if !ok || msg.key != a.Functions[1].Key {
		t.Fatalf("asked for %v, want %v", msg.key, a.Functions[1].Key)
	}
	b.press("tab")
	if !strings.Contains(b.frame(), "Loading the series") {
		t.Errorf("no loading state on\n%s", b.frame())
	}
	b.send(seriesMsg{key: a.Functions[2].Key, points: sampleSeries(a.Window, time.Hour)})
	if b.m.detail().hasSeries() {
		t.Error("took another function's series")
	}
	b.send(msg)
	if !strings.Contains(b.frame(), "Calls a minute") {
		t.Errorf("no chart on\n%s", b.frame())
	}
	b.send(seriesMsg{key: a.Functions[1].Key, err: errors.New("disk gone")})
	if !strings.Contains(b.frame(), "disk gone") {
		t.Errorf("no error on\n%s", b.frame())
	}
}

func TestReload(t *testing.T) {
	b := loadedBench(t, sampleAnalysis(20), 80, 24)
	b.press("2", "down", "down")
	before, _ := b.m.screens[screenFunctions].(*functions).list.current()
	if cmd := b.send(keyNamed("r")); cmd == nil || !b.m.loading {
		t.Fatal("r does not load")
	}
	if cmd := b.send(keyNamed("r")); cmd != nil {
		t.Error("r loads twice at once")
	}
	b.send(loadedMsg{err: errors.New("locked"), now: sampleNow})
	if f := b.frame(); !strings.Contains(f, "could not reload: locked") || !strings.Contains(f, "checkout") {
		t.Errorf("a failed reload should keep the data and say so:\n%s", f)
	}
	b.send(keyNamed("r"))
	b.send(loadedMsg{data: newDataset(sampleAnalysis(21)), now: sampleNow})
	if row, _ := b.m.screens[screenFunctions].(*functions).list.current(); row.Key.Name != before.Key.Name {
		t.Errorf("the cursor moved to %s", row.Key.Name)
	}
	if strings.Contains(b.frame(), "could not") {
		t.Error("the old error stays")
	}
}

func TestCollectingNotice(t *testing.T) {
	a := sampleAnalysis(5)
	a.Collecting = sampleNow.Add(-2 * time.Minute)
	b := loadedBench(t, a, 80, 24)
	if want := "showing state of 00:01; collecting since 00:03 UTC"; !strings.Contains(b.frame(), want) {
		t.Errorf("no %q on\n%s", want, b.frame())
	}
	checkFrame(t, b)
}

func TestUnit(t *testing.T) {
	b := loadedBench(t, sampleAnalysis(20), 80, 24)
	b.press("2")
	for _, want := range []string{"$/1M", "share", "$/month"} {
		b.press("u")
		if head := strings.Split(b.frame(), "\n")[2]; !strings.Contains(head, want) {
			t.Errorf("u: heading %q, want %s", head, want)
		}
	}
}

func TestSnapshotFirst(t *testing.T) {
	var kept []byte
	o := testOptions(sampleSource{a: serviceSample(sampleAnalysis(300))})
	o.SaveSnapshot = func(b []byte) error { kept = b; return nil }
	current := false
	o.ReadSnapshot = func() (Kept, bool) { return Kept{kept, current}, kept != nil }
	b := newBench(t, o, 80, 24)
	msg := b.m.cmds.load().(loadedMsg)
	if m := b.m.cmds.save(msg.data)(); m.(saveMsg).err != nil {
		t.Fatal(m)
	}
	if len(kept) > 400_000 {
		t.Errorf("the snapshot of 300 functions has %d bytes", len(kept))
	}
	if !json.Valid(kept) {
		t.Error("the snapshot is no JSON")
	}

	b = newBench(t, o, 80, 24)
	b.send(b.m.cmds.snapshot())
	early := b.frame()
	if !strings.Contains(early, "as of the last time") || !strings.Contains(early, "300 functions") {
		t.Errorf("snapshot not drawn, or not marked:\n%s", early)
	}
	b.send(msg)
	if f := b.frame(); strings.Contains(f, "as of the last time") {
		t.Errorf("still marked:\n%s", f)
	}
	current = true
	fresh := newBench(t, o, 80, 24)
	fresh.send(fresh.m.cmds.snapshot())
	if f := fresh.frame(); strings.Contains(f, "as of the last time") || !strings.Contains(f, "reading the details") {
		t.Errorf("a snapshot of what the database holds should say so:\n%s", f)
	}
	fresh.press("5", "enter")
	if f := fresh.frame(); !strings.Contains(f, "Loading") {
		t.Errorf("a snapshot without an application's parts should not call it empty:\n%s", f)
	}
	fresh.press(":")
	fresh.typing("res orders-dead-and-gone")
	fresh.press("enter")
	if f := fresh.frame(); !strings.Contains(f, "still loading: no resource") {
		t.Errorf("a snapshot cannot tell what there is not:\n%s", f)
	}
	fresh.send(msg)
	if f := fresh.frame(); !strings.Contains(f, "orders-queue") {
		t.Errorf("the parts did not follow:\n%s", f)
	}
	// A snapshot that comes late changes nothing.
	b.send(b.m.cmds.snapshot())
	if b.m.stale {
		t.Error("a late snapshot replaced real data")
	}
}

func TestUselessSnapshots(t *testing.T) {
	for _, s := range []string{"", "{", "null", `{"version":99}`, "\x00\x01"} {
		if readSnapshot([]byte(s)) != nil {
			t.Errorf("%q was drawn", s)
		}
	}
}

func TestMouse(t *testing.T) {
	b := loadedBench(t, sampleAnalysis(60), 80, 24)
	b.send(tea.MouseClickMsg{X: 14, Y: 0, Button: tea.MouseLeft})
	if b.m.screen != screenFunctions {
		t.Fatalf("a click on the tab leads to %d", b.m.screen)
	}
	list := &b.m.screens[screenFunctions].(*functions).list
	b.send(tea.MouseClickMsg{X: 5, Y: 2 + 4, Button: tea.MouseLeft})
	if list.cursor != 3 {
		t.Errorf("a click on the fourth row selects %d", list.cursor)
	}
	b.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	if list.cursor != 6 {
		t.Errorf("the wheel leads to %d", list.cursor)
	}
	b.send(tea.MouseClickMsg{X: 5, Y: 2, Button: tea.MouseLeft})
	if list.sort != 0 {
		t.Errorf("a click on the heading sorts by %d", list.sort)
	}
	b.send(tea.MouseClickMsg{X: 5, Y: 3, Button: tea.MouseLeft})
	if b.m.screen != screenFunction {
		t.Errorf("a second click on a row leads to %d", b.m.screen)
	}
	b.press("m")
	if b.m.View().MouseMode != tea.MouseModeNone {
		t.Error("m leaves the mouse captured")
	}
}

// TestHelpListsEveryBinding keeps the keymap and its help together.
func TestHelpListsEveryBinding(t *testing.T) {
	listed := map[string]bool{}
	for _, g := range newKeymap().groups() {
		for _, b := range g.keys {
			listed[b.Help().Key+b.Help().Desc] = true
		}
	}
	v := reflect.ValueOf(newKeymap())
	for i := range v.NumField() {
		b := v.Field(i).Interface().(key.Binding)
		if !listed[b.Help().Key+b.Help().Desc] {
			t.Errorf("%s is missing in help", v.Type().Field(i).Name)
		}
	}
}

// poison writes hostile text into every string of a value.
func poison(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem())
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString(v.String() + "\x1b[31mX\x1b]0;t\a\r\n\u202e\u009b")
		}
	case reflect.Struct:
		for i := range v.NumField() {
			poison(v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			poison(v.Index(i))
		}
	case reflect.Map:
		if !v.IsNil() && v.Type().Elem().Kind() == reflect.String && v.Type().Key().Kind() == reflect.String {
			v.SetMapIndex(reflect.ValueOf("k\x1b[2J"), reflect.ValueOf("v\x1b[2J"))
		}
	}
}

func TestHostileTextIsStripped(t *testing.T) {
	a := serviceSample(sampleAnalysis(12))
	a.Functions[0].Tags = map[string]string{"team": "a"}
	a.Functions[0].Config.Provisioned = []model.ProvisionedConfig{{Qualifier: "live", Allocated: 5}}
	poison(reflect.ValueOf(&a))
	for i := range a.Functions {
		a.Functions[i].Key.ID += unit.ResourceID(fmt.Sprint(i))
	}
	for i := range a.Resources {
		a.Resources[i].Config = json.RawMessage(`{"k\u001b[31m":"v\u001b]0;t\u0007\u202e\u009b","l":["\u001b[31mX"]}`)
	}
	o := testOptions(sampleSource{a: a})
	o.Color, o.Theme = false, ""
	for _, p := range slices.Concat(pages, servicePages) {
		b := newBench(t, o, 200, 60)
		b.send(b.m.cmds.load())
		b.press(p.keys...)
		checkFrame(t, b)
		// Styles without colour write only SGR sequences; anything else that
		// steers came from the account.
		for _, r := range ansi.Strip(b.m.View().Content) {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
				t.Fatalf("%s holds %U", p.name, r)
			}
		}
		if strings.Contains(b.m.View().Content, "\x1b[31m") || strings.Contains(b.m.View().Content, "\x1b]") {
			t.Errorf("%s lets an escape sequence through", p.name)
		}
	}
}

func TestResizeStorm(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, p := range slices.Concat(pages, servicePages) {
		b := loadedBench(t, serviceSample(sampleAnalysis(0)), 80, 24)
		b.press(p.keys...)
		events := 20
		if p.name == "function-charts" {
			events = 200
		}
		for range events {
			b.send(tea.WindowSizeMsg{Width: rng.IntN(260) - 1, Height: rng.IntN(90) - 1})
			checkFrame(t, b)
		}
	}
}

// FuzzKeys presses random keys in terminals of random size.
func FuzzKeys(f *testing.F) {
	f.Add([]byte("2sl/ap\r3\t\t6w\x1b7\r\x1b:fn a\r?"))
	f.Add([]byte{0xff, 0, 0, '2', 0xff, 1, 1, '3', '\t', 0xff, 200, 3, 0xfe, 5, 5})
	f.Add([]byte("4a/sq\r\r\t\t\x1b5j\r\rw9w\x1b\r:app o\t\r:res q\r"))
	a := serviceSample(sampleAnalysis(30))
	d := newDataset(a)
	f.Fuzz(func(t *testing.T, in []byte) {
		b := newBench(t, testOptions(sampleSource{a: a}), 80, 24)
		b.send(loadedMsg{data: d, now: sampleNow})
		for i := 0; i < len(in); i++ {
			switch c := in[i]; {
			case c >= 0xfe && i+2 < len(in):
				x, y := int(in[i+1]), int(in[i+2])
				i += 2
				if c == 0xff {
					b.send(tea.WindowSizeMsg{Width: x, Height: y})
				} else {
					b.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
				}
			default:
				cmd := b.send(keyOf(c))
				if cmd != nil && b.m.screen == screenFunction && !b.m.prompt.open() {
					b.follow(cmd)
				}
			}
			checkFrame(t, b)
		}
	})
}

// keyOf makes a key of a byte: control codes as terminals send them.
func keyOf(c byte) tea.KeyPressMsg {
	switch {
	case c == '\r':
		return namedKeys["enter"]
	case c == '\t':
		return namedKeys["tab"]
	case c == 0x1b:
		return namedKeys["esc"]
	case c == 0x7f:
		return namedKeys["backspace"]
	case c < 0x20:
		return tea.KeyPressMsg{Code: rune('a' + c - 1), Mod: tea.ModCtrl}
	case c < 0x7f:
		return tea.KeyPressMsg{Code: rune(c), Text: string(rune(c))}
	}
	return []tea.KeyPressMsg{namedKeys["up"], namedKeys["down"], namedKeys["pgup"], namedKeys["pgdown"], namedKeys["shift+tab"], namedKeys["home"], namedKeys["end"]}[c%7]
}

func TestFirstScreen(t *testing.T) {
	o := testOptions(sampleSource{a: sampleAnalysis(0)})
	for name, want := range screenNames {
		o.Screen = name
		b := newBench(t, o, 80, 24)
		b.follow(b.send(b.m.cmds.load()))
		if b.m.screen != want {
			t.Errorf("%s starts on %d", name, b.m.screen)
		}
		if name == "function" && !strings.Contains(b.frame(), "nightly-export") {
			t.Errorf("no function on\n%s", b.frame())
		}
	}
	for _, bad := range []Options{{Screen: "sql"}, {Theme: "pink"}} {
		if bad.Check() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func TestGlyphsFor(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want GlyphSet
	}{
		{map[string]string{}, GlyphsASCII},
		{map[string]string{"LANG": "C"}, GlyphsASCII},
		{map[string]string{"LANG": "en_US.UTF-8"}, GlyphsBraille},
		{map[string]string{"LANG": "en_US.utf8", "LC_ALL": "C"}, GlyphsASCII},
		{map[string]string{"LC_CTYPE": "C.UTF-8", "LANG": "C"}, GlyphsBraille},
		{map[string]string{"LANG": "C.UTF-8", "TERM": "linux"}, GlyphsBlock},
		{map[string]string{"LANG": "C.UTF-8", "TERM": "dumb"}, GlyphsASCII},
	} {
		if got := GlyphsFor(func(k string) string { return c.env[k] }); got != c.want {
			t.Errorf("%v: %d, want %d", c.env, got, c.want)
		}
	}
}

// TestNumbers holds how figures print, at the edges of each form.
func TestNumbers(t *testing.T) {
	g := glyphsOf(GlyphsBraille)
	cost := func(low, likely, high string) model.Cost {
		return model.Cost{Low: unit.MustUSD(low), Likely: unit.MustUSD(likely), High: unit.MustUSD(high)}
	}
	for _, c := range []struct{ got, want string }{
		{usd(unit.MustUSD("0")), "$0.00"},
		{usd(unit.MustUSD("0.0099")), "$0.0099"},
		{usd(unit.MustUSD("0.01")), "$0.0100"},
		{usd(unit.MustUSD("1")), "$1.00"},
		{usd(unit.MustUSD("0.00002134")), "$0.000021"},
		{usd(unit.MustUSD("1234567.895")), "$1,234,567.90"},
		{usd(unit.MustUSD("-0.5")), "-$0.5000"},
		{usd(unit.MustUSD("-1234.5")), "-$1,234.50"},
		{g.money(model.UnknownCost), "–"},
		{g.money(cost("1", "1", "1")), "$1.00"},
		{g.money(cost("1", "2", "3")), "~$2.00"},
		{g.spread(cost("1", "2", "3")), "$2.00 (1.00–3.00)"},
		{g.spread(cost("2", "2", "2.001")), "$2.00"},
		{g.spread(cost("0.01", "0.02", "0.03")), "$0.0200 (0.0100–0.0300)"},
		{g.money(cost("0.02", "0.02", "0.02")), "$0.02"},
		{percent(0), "0 %"},
		{percent(0.00001), "<0.01 %"},
		{percent(0.0012), "0.12 %"},
		{percent(0.0999), "10.0 %"},
		{percent(0.9997), "99.9 %"},
		{percent(1), "100 %"},
		{g.ratio(0, 0), "–"},
		{short(9999), "9999"},
		{short(10000), "10k"},
		{short(3037902), "3.04M"},
		{short(0.000213), "0.00021"},
		{millis(0.83), "0.8 ms"},
		{millis(9999), "9999 ms"},
		{millis(10000), "10.0 s"},
		{millis(900000), "15 min"},
		{perTime(41.5), "41.5/s"},
		{perTime(0.0027), "9.72/h"},
		{perTime(0.0001), "8.64/day"},
		{age(30 * time.Second), "just now"},
		{age(90 * time.Minute), "90 min old"},
		{age(50 * time.Hour), "2 days old"},
		{count(3037902), "3,037,902"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestConfigurationHistory(t *testing.T) {
	a := sampleAnalysis(0)
	first := a.Functions[0].Config
	first.ValidFrom, first.Memory = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC), 2048
	a.Functions[0].History = []model.FunctionConfig{first, a.Functions[0].Config}
	b := loadedBench(t, a, 120, 60)
	b.press("3", "shift+tab")
	f := b.frame()
	for _, want := range []string{"memory 2048 MB to 10240 MB", "2026-09-01 08:00 UTC 2048 MB, x86, python3.13"} {
		if !strings.Contains(f, want) {
			t.Errorf("no %q on\n%s", want, f)
		}
	}
}

func TestExport(t *testing.T) {
	var name, text string
	o := testOptions(sampleSource{a: sampleAnalysis(0)})
	o.Export = func(n string, b []byte) (string, error) { name, text = n, string(b); return "/tmp/" + n, nil }
	b := newBench(t, o, 80, 24)
	b.send(b.m.cmds.load())
	b.press("2", "/")
	b.typing("invoice")
	b.press("enter")
	b.send(b.send(keyNamed("e"))())
	want := "name,MB/used,arch,region,calls,p50,p95,p99,err,cold,$/month,$/1M,adv\ninvoice-pdf,3008,x86_64,eu-west-1,430"
	if name != "breakeven-functions.csv" || !strings.HasPrefix(text, want) || strings.Count(text, "\n") != 2 {
		t.Errorf("exported %s:\n%s", name, text)
	}
	if !strings.Contains(b.frame(), "wrote /tmp/breakeven-functions.csv") {
		t.Errorf("nothing said on\n%s", b.frame())
	}
	b.press("0", "e")
	if !strings.Contains(b.frame(), "no table to export") {
		t.Errorf("nothing said on\n%s", b.frame())
	}
	if got := harmless("=1+1"); got != "'=1+1" {
		t.Errorf("a formula is exported as %q", got)
	}
}
