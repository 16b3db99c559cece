package tui

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/modeltest"
)

var update = flag.Bool("update", false, "rewrite the golden frames")

// sizes are the terminals every screen is drawn in, small to wide.
var sizes = [][2]int{{40, 12}, {60, 20}, {80, 24}, {120, 40}, {200, 60}}

// bench is a dashboard under test, driven by messages and never by a terminal.
type bench struct {
	t testing.TB
	m root
}

func testOptions(src Source) Options {
	return Options{Source: src, Now: func() time.Time { return sampleNow }, Color: true, Theme: "dark", Glyphs: GlyphsBraille}
}

// newBench returns a dashboard of w by h that waits for its data.
func newBench(t testing.TB, o Options, w, h int) *bench {
	t.Helper()
	m, err := newModel(o, commandsOf(t.Context(), o))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t, m}
	b.send(tea.WindowSizeMsg{Width: w, Height: h})
	return b
}

// loadedBench returns one that shows a.
func loadedBench(t testing.TB, a model.Analysis, w, h int) *bench {
	t.Helper()
	b := newBench(t, testOptions(sampleSource{a: a}), w, h)
	b.send(b.m.cmds.load())
	return b
}

// send passes a message and returns the command it led to.
func (b *bench) send(msg tea.Msg) tea.Cmd {
	m, cmd := b.m.Update(msg)
	b.m = m.(root)
	return cmd
}

// press sends keys by their names, running the commands that fetch a series.
func (b *bench) press(keys ...string) tea.Cmd {
	var cmd tea.Cmd
	for _, k := range keys {
		cmd = b.send(keyNamed(k))
		b.follow(cmd)
	}
	return cmd
}

// follow runs a command and sends its message if it is a series.
func (b *bench) follow(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	if msg, ok := cmd().(seriesMsg); ok { // others only mean something to a terminal
		b.send(msg)
	}
}

// typing sends text letter by letter.
func (b *bench) typing(text string) {
	for _, r := range text {
		b.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// frame is what stands on screen, as plain text.
func (b *bench) frame() string { return ansi.Strip(b.m.View().Content) }

var namedKeys = map[string]tea.KeyPressMsg{
	"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "tab": {Code: tea.KeyTab},
	"shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift}, "up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown},
	"left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight}, "home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd},
	"pgup": {Code: tea.KeyPgUp}, "pgdown": {Code: tea.KeyPgDown}, "backspace": {Code: tea.KeyBackspace},
	"ctrl+c": {Code: 'c', Mod: tea.ModCtrl}, "ctrl+d": {Code: 'd', Mod: tea.ModCtrl}, "ctrl+u": {Code: 'u', Mod: tea.ModCtrl},
}

func keyNamed(name string) tea.KeyPressMsg {
	if k, ok := namedKeys[name]; ok {
		return k
	}
	r := []rune(name)
	return tea.KeyPressMsg{Code: r[0], Text: name}
}

// page is a state of the dashboard and the keys that lead there.
type page struct {
	name string
	keys []string
}

// pages are the screens and the keys that lead there from the overview.
var pages = []page{
	{"overview", nil},
	{"functions", []string{"2"}},
	{"functions-sorted", []string{"2", "s", "l", "S", "down"}},
	{"function-cost", []string{"2", "down", "enter"}},
	{"function-charts", []string{"3", "tab"}},
	{"function-cold", []string{"3", "tab", "tab"}},
	{"function-servers", []string{"3", "tab", "tab", "tab"}},
	{"function-advice", []string{"3", "shift+tab", "shift+tab"}},
	{"function-config", []string{"3", "shift+tab"}},
	{"servers", []string{"6"}},
	{"servers-why", []string{"6", "w"}},
	{"savings", []string{"7"}},
	{"savings-evidence", []string{"7", "enter"}},
	{"coldstarts", []string{"8"}},
	{"data", []string{"0"}},
	{"warnings", []string{"!"}},
	{"help", []string{"?"}},
	{"why", []string{"w"}},
}

// golden compares a frame with the stored one, the ends of lines apart.
func golden(t *testing.T, name, got string) {
	t.Helper()
	lines := strings.Split(got, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	got = strings.Join(lines, "\n")
	path := filepath.Join("testdata", "frames", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got+"\n" != string(want) {
		t.Errorf("%s differs (go test ./tui -update rewrites it)\ngot:\n%s\nwant:\n%s", name, got, want)
	}
}

func TestFrames(t *testing.T) {
	a := sampleAnalysis(0)
	for _, p := range pages {
		for _, size := range sizes {
			name := fmt.Sprintf("%s-%dx%d", p.name, size[0], size[1])
			t.Run(name, func(t *testing.T) {
				b := loadedBench(t, a, size[0], size[1])
				b.press(p.keys...)
				checkFrame(t, b)
				golden(t, name, b.frame())
			})
		}
	}
}

// checkFrame holds what is true of every frame: it fills the terminal exactly.
func checkFrame(t testing.TB, b *bench) {
	t.Helper()
	lines := strings.Split(b.m.View().Content, "\n")
	if b.m.w < minW || b.m.h < minH {
		return
	}
	if len(lines) != b.m.h {
		t.Errorf("%d lines in a terminal of %d", len(lines), b.m.h)
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w != b.m.w {
			t.Errorf("line %d is %d cells wide, the terminal %d: %q", i, w, b.m.w, ansi.Strip(l))
		}
	}
}

func TestStatesWithoutData(t *testing.T) {
	for _, c := range []struct {
		name string
		src  sampleSource
		load bool
		want string
	}{
		{"loading", sampleSource{}, false, "Loading"},
		{"empty", sampleSource{err: ErrNoData}, true, "breakeven demo"},
		{"failed", sampleSource{err: errors.New("opening /x: file is not a database")}, true, "not a database"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, testOptions(c.src), 80, 24)
			if c.load {
				b.send(b.m.cmds.load())
			}
			if !strings.Contains(b.frame(), c.want) {
				t.Errorf("no %q on\n%s", c.want, b.frame())
			}
			for _, p := range slices.Concat(pages, servicePages) {
				b.press(p.keys...)
				checkFrame(t, b)
			}
		})
	}
}

func TestTooSmall(t *testing.T) {
	b := loadedBench(t, sampleAnalysis(5), 39, 12)
	if got, want := strings.TrimSpace(b.frame()), "breakeven needs 40x12, this is 39x12"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestASCIIFramesAreASCII(t *testing.T) {
	a := serviceSample(modeltest.Large(40)) // its names are ASCII
	a.Resources[2].Key.Name = "media"
	o := testOptions(sampleSource{a: a})
	o.Glyphs = GlyphsASCII
	for _, p := range slices.Concat(pages, servicePages) {
		for _, size := range sizes {
			b := newBench(t, o, size[0], size[1])
			b.send(b.m.cmds.load())
			b.press(p.keys...)
			checkFrame(t, b)
			for _, r := range b.frame() {
				if r > 0x7e {
					t.Errorf("%s at %v holds %q", p.name, size, r)
					break
				}
			}
		}
	}
}

func TestTextForPipes(t *testing.T) {
	o := testOptions(sampleSource{a: sampleAnalysis(0)})
	o.Color = false
	text, err := Text(t.Context(), o, 100)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "text", text)
	for _, want := range []string{"123456789012", "Month", "Servers instead?", "checkout"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
