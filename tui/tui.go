package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/breakeven-dev/breakeven/model"
)

// Source answers what the dashboard shows. Both calls may take their time;
// the dashboard draws before they return.
type Source interface {
	// Load returns the newest complete analysis. ErrNoData means that nothing
	// was ever collected or imported.
	Load(ctx context.Context) (model.Analysis, error)
	// Series returns the collected periods of one function inside the
	// window, ascending.
	Series(ctx context.Context, key model.ResourceKey, w model.Window) ([]model.SeriesPoint, error)
}

// ErrNoData is what a Source returns when there is nothing to show yet. It
// leads to a screen that says how to get data.
var ErrNoData = errors.New("no data yet: run breakeven demo, breakeven collect --plan or breakeven import")

// Options are the world the dashboard runs in. Source and Now are required.
type Options struct {
	Source Source
	Now    func() time.Time
	In     io.Reader
	Out    io.Writer
	// Color allows colour. Bold, reverse and underline stay without it.
	Color bool
	// Theme is one of Themes; empty asks the terminal whether it is dark.
	Theme string
	// Glyphs picks the characters that draw; the zero value is plain ASCII.
	Glyphs GlyphSet
	// ReadSnapshot returns what SaveSnapshot was last given, or another made by
	// Snapshot; false if nothing can be read. Either may be nil.
	ReadSnapshot func() (Kept, bool)
	// SaveSnapshot keeps a small extract of the last analysis, drawn first by
	// the next start.
	SaveSnapshot func([]byte) error
	// Export writes a file called name where the user will find it, and says
	// where; nil: nothing can be exported.
	Export func(name string, b []byte) (path string, err error)
	// Screen names the first screen; empty is the overview.
	Screen string
}

// Kept is a snapshot as it was kept.
type Kept struct {
	Bytes []byte
	// Current tells that the data it was made of has not changed since; any
	// other is shown as an earlier state.
	Current bool
}

// Snapshot is the extract of an analysis that SaveSnapshot is given, for
// programs that finish one without showing it.
func Snapshot(a model.Analysis) ([]byte, error) { return snapshotOf(newDataset(a)) }

// Check reports a theme or screen that does not exist.
func (o Options) Check() error {
	if o.Theme != "" && !slices.Contains(Themes, o.Theme) {
		return fmt.Errorf("theme %q: want one of %s", o.Theme, strings.Join(Themes, ", "))
	}
	if _, ok := screenNames[o.Screen]; o.Screen != "" && !ok {
		return fmt.Errorf("screen %q: want one of %s", o.Screen, strings.Join(sortedNames(), ", "))
	}
	return nil
}

// Run shows the dashboard until the user quits or ctx ends.
func Run(ctx context.Context, o Options) error {
	m, err := newModel(o, commandsOf(ctx, o))
	if err != nil {
		return err
	}
	// Signals end ctx; a handler of its own would end the program behind it.
	opts := []tea.ProgramOption{
		tea.WithContext(ctx), tea.WithInput(o.In), tea.WithOutput(o.Out), tea.WithoutSignalHandler(),
	}
	if !o.Color {
		// Set here because colorprofile takes NO_COLOR for a boolean:
		// NO_COLOR=yes would still be coloured.
		opts = append(opts, tea.WithColorProfile(colorprofile.ASCII))
	}
	_, err = tea.NewProgram(m, opts...).Run()
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("running the dashboard: %w", err)
	}
	return nil
}

// Frame loads the data and returns one frame of w by h cells, as text with
// colour codes if o.Color, else without any. It ends with a line feed.
func Frame(ctx context.Context, o Options, w, h int) (string, error) {
	m, err := settled(ctx, o, w, h)
	if err != nil {
		return "", err
	}
	frame := m.View().Content
	if !o.Color {
		frame = ansi.Strip(frame)
	}
	return frame + "\n", nil
}

// Text loads the data and returns the overview as plain text w cells wide and
// as long as it needs, for pipes.
func Text(ctx context.Context, o Options, w int) (string, error) {
	const tall = 32 // room for some ten functions
	m, err := settled(ctx, o, w, tall)
	if err != nil {
		return "", err
	}
	if m.data == nil {
		return strings.Join(emptyLines, "\n") + "\n", nil
	}
	s := m.scene()
	lines := []string{m.facts(s, w), ""}
	lines = append(lines, strings.Split(m.screens[screenOverview].view(s), "\n")...)
	for i := range lines {
		lines[i] = strings.TrimRight(ansi.Strip(lines[i]), " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n", nil
}

// settled returns the model as it stands once its data arrived.
func settled(ctx context.Context, o Options, w, h int) (root, error) {
	m, err := newModel(o, commandsOf(ctx, o))
	if err != nil {
		return m, err
	}
	a, err := o.Source.Load(ctx)
	if err != nil && !errors.Is(err, ErrNoData) {
		return m, err
	}
	m.resize(w, h)
	m.loaded(loadedMsg{data: datasetOf(a, err), err: err, now: o.Now()})
	return m, nil
}

// commands is the I/O the dashboard does, each as a command that returns its
// result as a message.
type commands struct {
	load     tea.Cmd
	snapshot tea.Cmd
	save     func(*dataset) tea.Cmd
	series   func(key model.ResourceKey, w model.Window) tea.Cmd
	export   func(name string, b []byte) tea.Cmd
	tick     tea.Cmd
}

// The results of commands.
type (
	loadedMsg struct {
		data *dataset
		err  error
		now  time.Time
	}
	snapshotMsg struct {
		data    *dataset
		current bool
		now     time.Time
	}
	seriesMsg struct {
		key    model.ResourceKey
		points []model.SeriesPoint
		err    error
	}
	tickMsg   struct{ now time.Time }
	saveMsg   struct{ err error }
	exportMsg struct {
		path string
		err  error
	}
)

// tickEvery is how often the age of the data on screen is brought up to date.
const tickEvery = 20 * time.Second

// commandsOf binds the commands to their source. Building the dataset is part
// of the command, so that 10,000 functions never hold up a key.
func commandsOf(ctx context.Context, o Options) commands {
	c := commands{
		load: func() tea.Msg {
			a, err := o.Source.Load(ctx)
			return loadedMsg{data: datasetOf(a, err), err: err, now: o.Now()}
		},
		series: func(key model.ResourceKey, w model.Window) tea.Cmd {
			return func() tea.Msg {
				pts, err := o.Source.Series(ctx, key, w)
				return seriesMsg{key: key, points: pts, err: err}
			}
		},
		tick: tea.Tick(tickEvery, func(time.Time) tea.Msg { return tickMsg{o.Now()} }),
		save: func(*dataset) tea.Cmd { return nil },
		export: func(name string, b []byte) tea.Cmd {
			return func() tea.Msg {
				if o.Export == nil {
					return exportMsg{err: errors.New("no place to write to")}
				}
				path, err := o.Export(name, b)
				return exportMsg{path, err}
			}
		},
	}
	if o.ReadSnapshot != nil {
		c.snapshot = func() tea.Msg {
			kept, ok := o.ReadSnapshot()
			if !ok {
				return snapshotMsg{}
			}
			return snapshotMsg{data: readSnapshot(kept.Bytes), current: kept.Current, now: o.Now()}
		}
	}
	if o.SaveSnapshot != nil {
		c.save = func(d *dataset) tea.Cmd {
			return func() tea.Msg {
				b, err := snapshotOf(d)
				if err == nil {
					err = o.SaveSnapshot(b)
				}
				return saveMsg{err}
			}
		}
	}
	return c
}

func datasetOf(a model.Analysis, err error) *dataset {
	if err != nil {
		return nil
	}
	return newDataset(a)
}
