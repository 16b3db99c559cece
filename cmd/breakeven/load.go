package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/report"
	"github.com/breakeven-dev/breakeven/store"
)

// windowFlags choose what time a view is about.
type windowFlags struct{ since, from, to string }

// register adds --since, --from and --to.
func (f *windowFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&f.since, "since", "", "`how far back` (default: the last 30 days of data): "+sinceHelp)
	fs.StringVar(&f.from, "from", "", "first `day or instant`, UTC")
	fs.StringVar(&f.to, "to", "", "`day or instant` to end before, UTC (default: now)")
}

// defaultDays is the length of a window that nobody chose.
const defaultDays = 30

// window returns the whole hours that the flags name. held is the time that
// the database has data for: without flags the window is its last 30 days, so
// that an old trace shows without being asked for by date (see latest).
func (f windowFlags) window(now time.Time, held model.Window) (model.Window, error) {
	now = now.UTC()
	switch {
	case f.since != "" && (f.from != "" || f.to != ""):
		return model.Window{}, usageErrorf("--since cannot stand beside --from and --to")
	case f.since != "":
		w, err := parseSince(f.since, now)
		return wholeHours(w), err
	case f.from == "" && f.to == "":
		return wholeHours(latest(now, held)), nil
	}
	w := model.Window{From: held.From, To: now}
	for _, end := range []struct {
		flag, text string
		at         *time.Time
	}{{"--from", f.from, &w.From}, {"--to", f.to, &w.To}} {
		if end.text == "" {
			continue
		}
		at, ok := parseInstant(end.text)
		if !ok {
			return w, usageErrorf("%s %q: want a date such as 2026-10-24 or an RFC 3339 time", end.flag, end.text)
		}
		*end.at = at
	}
	if w = wholeHours(w); !w.From.Before(w.To) {
		return w, usageErrorf("--from %s is not before --to %s", w.From.Format(time.RFC3339), w.To.Format(time.RFC3339))
	}
	return w, nil
}

// latest is the last 30 days of what is held, or all of it if that is less:
// what eight hours cost is not what a month cost.
func latest(now time.Time, held model.Window) model.Window {
	to := now
	if held.To.Before(to) {
		to = held.To
	}
	from := to.AddDate(0, 0, -defaultDays)
	if from.Before(held.From) && held.From.Before(to) {
		from = held.From
	}
	return model.Window{From: from, To: to}
}

func parseInstant(s string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// wholeHours widens a window to the full hours it touches: prices and sums
// are kept by the hour.
func wholeHours(w model.Window) model.Window {
	from, to := w.From.Truncate(time.Hour), w.To.Truncate(time.Hour)
	if to.Before(w.To) {
		to = to.Add(time.Hour)
	}
	return model.Window{From: from, To: to}
}

// noData is what someone with nothing collected may do, a line each.
const noData = `nothing has been collected yet; one of these makes a start:
  breakeven demo              a simulated account, no AWS needed
  breakeven collect --plan    what collecting from your account would cost
  breakeven import logs FILE  REPORT lines from files you have`

// errNothingYet is the error within errNoData.
var errNothingYet = errors.New(noData)

// errNoData exits with 3: the command did its work, there was nothing.
func errNoData() error { return withCode(exitIncomplete, errNothingYet) }

// openReader opens the database for reading.
func (a *app) openReader(ctx context.Context) (*store.Reader, error) {
	path, err := a.dbPath()
	if err != nil {
		return nil, err
	}
	r, err := store.OpenReader(ctx, path, store.Options{})
	if errors.Is(err, store.ErrNoDatabase) {
		return nil, errNoData()
	}
	return r, err
}

// loadAnalysis reads the window's data, prices and analyses it, and says on
// stderr how old the data is. The caller prints the analysis and then returns
// complete(analysis).
func (a *app) loadAnalysis(ctx context.Context, f windowFlags, opt analyze.Options) (model.Analysis, error) {
	r, err := a.openReader(ctx)
	if err != nil {
		return model.Analysis{}, err
	}
	defer r.Close()
	return a.analyse(ctx, r, f, opt)
}

// healthDays is how much of the end of a window is looked at for what is wrong
// now, unless a window was asked for.
const healthDays = 2

// loadWhole is loadAnalysis with the health of the window's end. The dashboard
// starts with what it found.
func (a *app) loadWhole(ctx context.Context, f windowFlags) (model.Analysis, error) {
	path, err := a.dbPath()
	if err != nil {
		return model.Analysis{}, err
	}
	before := stateOf(path)
	r, err := a.openReader(ctx)
	if err != nil {
		return model.Analysis{}, err
	}
	defer r.Close()
	an, err := a.analyseRecent(ctx, r, f, healthDays*24*time.Hour, analyze.Options{Unusual: true})
	if err == nil && stateOf(path) == before {
		newDashboardSource(a, path, f).keep(before, an)
	}
	return an, err
}

// analyse is loadAnalysis on an open reader.
func (a *app) analyse(ctx context.Context, r *store.Reader, f windowFlags, opt analyze.Options) (model.Analysis, error) {
	return a.analyseRecent(ctx, r, f, 0, opt)
}

// analyseRecent is analyse with the health of the window's last part.
func (a *app) analyseRecent(ctx context.Context, r *store.Reader, f windowFlags, recent time.Duration, opt analyze.Options) (model.Analysis, error) {
	in, err := a.inputsOf(ctx, r, f, recent, recent > 0 || !opt.SkipAdvice)
	if err != nil {
		return model.Analysis{}, err
	}
	a.sayAge(in, in.Now)
	opt.Payer = a.payer()
	return analyze.Run(in, a.book(), opt), nil
}

// payer tells whether the accounts of the database share tiers and allowances.
func (a *app) payer() bool { return a.global.payer || a.getenv("BREAKEVEN_PAYER") != "" }

// inputsOf reads what the database knows of the window.
func (a *app) inputsOf(ctx context.Context, r *store.Reader, f windowFlags, recent time.Duration, metrics bool) (model.Inputs, error) {
	held, any, err := r.Extent(ctx)
	if err != nil {
		return model.Inputs{}, err
	}
	if !any {
		return model.Inputs{}, errNoData()
	}
	now := a.now().UTC()
	w, err := f.window(now, held)
	if err != nil {
		return model.Inputs{}, err
	}
	if !w.From.Before(held.To) || !held.From.Before(w.To) {
		return model.Inputs{}, withCode(exitIncomplete, fmt.Errorf("nothing is known of %s to %s; the database holds %s to %s: choose with --from and --to",
			hourText(w.From), hourText(w.To), hourText(held.From), hourText(held.To)))
	}
	return r.Inputs(ctx, store.InputsRequest{Window: w, Now: now, Recent: recent, Metrics: metrics})
}

func hourText(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// sayAge tells on stderr how old the data is.
func (a *app) sayAge(in model.Inputs, now time.Time) {
	if a.global.quiet {
		return
	}
	if !in.CollectedAt.IsZero() {
		fmt.Fprintf(a.err, "collected %s (%s)\n", ageText(now.Sub(in.CollectedAt)), hourText(in.CollectedAt))
	}
	if !in.Collecting.IsZero() {
		fmt.Fprintf(a.err, "a collection has been running since %s; this is the state before it\n", hourText(in.Collecting))
	}
}

// ageText prints how long ago something was, roughly.
func ageText(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}

// gapsNamed is how many gaps are named on stderr before they are counted.
const gapsNamed = 10

// complete is nil where nothing is missing from an analysis; else it names
// each gap on stderr and exits with 3.
func (a *app) complete(an model.Analysis) error {
	if an.Total.Unknown {
		for _, w := range an.Warnings {
			if w.Code == model.CodePriceMissing {
				fmt.Fprintln(a.err, "breakeven:", textsafe.Line(w.Text))
			}
		}
	}
	for i, g := range an.Gaps {
		if i == gapsNamed {
			fmt.Fprintf(a.err, "breakeven: and %d more gaps: breakeven query \"SELECT * FROM gaps\"\n", len(an.Gaps)-i)
			break
		}
		fmt.Fprintln(a.err, "breakeven:", textsafe.Line(report.GapText(g)))
	}
	if an.Total.Unknown || len(an.Gaps) > 0 {
		return &exitError{code: exitIncomplete}
	}
	return nil
}

// write prints a table in the format of --output, fitted to the terminal
// where a person looks. -o wide is not fitted.
func (a *app) write(t report.Table) error {
	l := report.Layout{}
	if a.outTTY && a.global.output == "table" {
		w, _, err := a.frameSize("")
		if err != nil {
			return err
		}
		l.Width = w
	}
	return report.Write(a.out, t, a.global.output, l)
}
