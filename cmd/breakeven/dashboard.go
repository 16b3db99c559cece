package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/tui"
)

// dashboardFlags are the flags of dashboard.
type dashboardFlags struct {
	once   bool
	size   string
	theme  string
	glyphs string
	screen string
	window windowFlags
}

func newDashboard(a *app) *cobra.Command {
	var f dashboardFlags
	c := &cobra.Command{
		Use:   "dashboard",
		Short: "Show cost, health, savings and servers in the terminal",
		Long: `Shows what was collected: cost and why, functions, services and every resource
of theirs, applications, comparison with servers, savings, cold starts, what is
wrong now, and what the data lacks. It reads the database and never calls AWS;
while a collection runs it shows the last complete state. It starts with the
sums that the last run left beside the database, and says so until the rest is
read.

Where the output is no terminal, the overview is printed as text.`,
		Example: "  breakeven dashboard\n  breakeven dashboard --screen functions --theme light\n  breakeven dashboard --once --size 120x40",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.dashboard(c, f) },
	}
	f.window.register(c.Flags())
	c.Flags().BoolVar(&f.once, "once", false, "print one frame and leave")
	c.Flags().StringVar(&f.size, "size", "", "size of the frame of --once as `WIDTHxHEIGHT` (default: the terminal's, else 80x24)")
	c.Flags().StringVar(&f.theme, "theme", "", "`name` of a theme: "+strings.Join(tui.Themes, ", ")+" (default: by the terminal's background)")
	c.Flags().StringVar(&f.glyphs, "glyphs", "auto", "characters to draw with: auto, ascii, block, braille")
	c.Flags().StringVar(&f.screen, "screen", "", "`name` of the first screen")
	return c
}

// textWidth is how wide the overview is where no terminal tells.
const textWidth = 100

// dashboard runs the dashboard in the form that suits the output.
func (a *app) dashboard(c *cobra.Command, f dashboardFlags) error {
	o, err := a.dashboardOptions(f)
	if err != nil {
		return err
	}
	switch {
	case f.once:
		w, h, err := a.frameSize(f.size)
		if err != nil {
			return err
		}
		return a.print(tui.Frame(c.Context(), o, w, h))
	case !a.interactive():
		return a.print(tui.Text(c.Context(), o, textWidth))
	}
	return tui.Run(c.Context(), o)
}

// print writes what was drawn.
func (a *app) print(text string, err error) error {
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.out, text)
	return err
}

// interactive reports whether a person sits at both ends.
func (a *app) interactive() bool {
	in, ok := a.in.(*os.File)
	return ok && a.outTTY && term.IsTerminal(in.Fd())
}

func (a *app) dashboardOptions(f dashboardFlags) (tui.Options, error) {
	o := tui.Options{
		Now: a.now, In: a.in, Out: a.out, Color: a.color(), Theme: f.theme, Screen: f.screen,
		Glyphs: tui.GlyphsFor(a.getenv),
	}
	switch f.glyphs {
	case "auto":
	case "ascii":
		o.Glyphs = tui.GlyphsASCII
	case "block":
		o.Glyphs = tui.GlyphsBlock
	case "braille":
		o.Glyphs = tui.GlyphsBraille
	default:
		return o, usageErrorf("--glyphs %q: want auto, ascii, block or braille", f.glyphs)
	}
	if err := o.Check(); err != nil {
		return o, withCode(exitUsage, err)
	}
	path, err := a.dbPath()
	if err != nil {
		return o, err
	}
	source := newDashboardSource(a, path, f.window)
	o.Source, o.ReadSnapshot, o.SaveSnapshot = source, source.readSnapshot, source.saveSnapshot
	o.Export = writeNew
	return o, nil
}

// writePrivate replaces a file at once; nobody else may read it, as it holds
// names and costs of the account.
func writePrivate(path string, b []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, removeIfThere(tmp.Name()))
	}
	return nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// writeNew writes a file into the working folder under a name that is free:
// an export never replaces anything.
func writeNew(name string, b []byte) (string, error) {
	ext := filepath.Ext(name)
	path := name
	for n := 2; ; n++ {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) && n < 1000 {
			path = strings.TrimSuffix(name, ext) + "-" + strconv.Itoa(n) + ext
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = f.Write(b)
		return path, errors.Join(err, f.Close())
	}
}

// frameSize is --size, else the terminal's, else what terminals start with.
func (a *app) frameSize(size string) (w, h int, err error) {
	if size == "" {
		if out, ok := a.out.(*os.File); ok && a.outTTY {
			if w, h, err := term.GetSize(out.Fd()); err == nil {
				return w, h, nil
			}
		}
		return 80, 24, nil
	}
	left, right, ok := strings.Cut(strings.ToLower(size), "x")
	w, errW := strconv.Atoi(left)
	h, errH := strconv.Atoi(right)
	const most = 1000
	if !ok || errW != nil || errH != nil || w < 1 || h < 1 || w > most || h > most {
		return 0, 0, usageErrorf("--size %q: want WIDTHxHEIGHT such as 120x40", size)
	}
	return w, h, nil
}
