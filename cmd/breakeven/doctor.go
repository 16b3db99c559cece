package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/report"
	"github.com/breakeven-dev/breakeven/store"
)

// verdict is how a check came out.
type verdict string

const (
	good verdict = "ok"
	warn verdict = "warn"
	fail verdict = "fail"
)

// finding is one line of doctor: what was looked at, how it is, and what to
// do about it where it is not well.
type finding struct {
	check   string
	verdict verdict
	text    string
	fix     string
	// missing is true where data that should be there is not: exit code 3.
	missing bool
}

// patient is what doctor's checks look at. reader is nil where the database
// does not open.
type patient struct {
	a      *app
	path   string
	reader *store.Reader
	err    error // why it does not
	now    time.Time
}

// doctorChecks are made in this order. Each returns at least one finding.
func doctorChecks() []func(context.Context, *patient) []finding {
	return []func(context.Context, *patient) []finding{
		checkDatabase,
		checkMode,
		checkAge,
		checkGaps,
		checkCompleteness,
		checkPriceBook,
		checkDisk,
	}
}

func newDoctor(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check the database, its completeness, the prices and the disk",
		Long: `Look for what would make figures wrong, old or missing, and say what to do:
whether the database opens, how old it is, which data is missing, whether the
sum over all functions is what CloudWatch counted for the whole region, how old
the prices are, and how much disk is left.

Exit codes: 0 all is well or only worth knowing, 1 something is broken,
3 data is missing.`,
		Example: `  breakeven doctor
  breakeven doctor -o json`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.doctor(c.Context()) },
	}
}

// doctor makes every check and prints a line for each finding.
func (a *app) doctor(ctx context.Context) error {
	path, err := a.dbPath()
	if err != nil {
		return err
	}
	p := &patient{a: a, path: path, now: a.now().UTC()}
	p.reader, p.err = store.OpenReader(ctx, path, store.Options{})
	var found []finding
	for _, check := range doctorChecks() {
		found = append(found, check(ctx, p)...)
	}
	if p.reader != nil {
		if err := p.reader.Close(); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := a.write(doctorTable(found, a.book(), p.now)); err != nil {
		return err
	}
	return doctorExit(found)
}

// doctorTable lays the findings out.
func doctorTable(found []finding, book *price.Book, now time.Time) report.Table {
	healthy := !slices.ContainsFunc(found, func(f finding) bool { return f.verdict != good })
	t := report.Table{
		Name: "checks",
		Columns: []report.Column{
			{Key: "status", Title: "STATUS"},
			{Key: "check", Title: "CHECK"},
			{Key: "finding", Title: "FINDING"},
			{Key: "fix", Title: "WHAT TO DO", Blank: true},
		},
		Facts:       map[string]any{"healthy": healthy},
		GeneratedAt: now, Book: model.BookInfo{Version: book.Version(), AsOf: book.AsOf()},
	}
	for _, f := range found {
		var fix any
		if f.fix != "" {
			fix = f.fix
		}
		t.Rows = append(t.Rows, report.Row{Cells: []any{string(f.verdict), f.check, f.text, fix}})
	}
	return t
}

// doctorExit is nil, or the exit code of the worst finding; the findings
// themselves have been printed.
func doctorExit(found []finding) error {
	switch {
	case slices.ContainsFunc(found, func(f finding) bool { return f.verdict == fail }):
		return &exitError{code: exitFailed}
	case slices.ContainsFunc(found, func(f finding) bool { return f.missing }):
		return &exitError{code: exitIncomplete}
	}
	return nil
}

// checkDatabase asks whether the database opens, and who is at work on it.
func checkDatabase(_ context.Context, p *patient) []finding {
	f := finding{check: "database"}
	switch {
	case errors.Is(p.err, store.ErrNoDatabase):
		f.verdict, f.missing, f.text, f.fix = warn, true, "nothing has been collected yet", "breakeven collect, or breakeven demo"
		return []finding{f}
	case p.err != nil:
		f.verdict, f.text, f.fix = fail, p.err.Error(), "see the message; --db names another file"
		return []finding{f}
	}
	f.verdict, f.text = good, fmt.Sprintf("%s opens, schema %d", p.path, store.SchemaVersion())
	if s := p.reader.State(); s.Published {
		f.text += fmt.Sprintf("; a collection has been running since %s", hourText(s.CollectingSince))
	}
	return []finding{f}
}

// checkMode asks whether others may read the names and costs of the account.
func checkMode(_ context.Context, p *patient) []finding {
	f := finding{check: "privacy", verdict: good, text: "only its owner can read the database"}
	st, err := os.Stat(p.path)
	if err != nil {
		return nil // checkDatabase has said so
	}
	if open := st.Mode().Perm() & 0o077; open != 0 {
		f.verdict, f.text = warn, fmt.Sprintf("others may open the database (mode %04o)", st.Mode().Perm())
		f.fix = "chmod 600 " + p.path
	}
	return []finding{f}
}

// staleAfter is the age from which a collection is worth repeating: a daily
// one has then been missed.
const staleAfter = 36 * time.Hour

// checkAge asks how old the data is.
func checkAge(_ context.Context, p *patient) []finding {
	if p.reader == nil {
		return nil
	}
	f := finding{check: "age"}
	at := p.reader.State().CollectedAt
	switch age := p.now.Sub(at); {
	case at.IsZero():
		f.verdict, f.missing, f.text, f.fix = warn, true, "no collection has come to its end", "breakeven collect"
	case age < -time.Minute:
		f.verdict, f.text = warn, fmt.Sprintf("the last collection ended in the future (%s): a clock is wrong", hourText(at))
		f.fix = "set this machine's clock"
	case age > staleAfter:
		f.verdict, f.text, f.fix = warn, fmt.Sprintf("collected %s (%s)", ageText(age), hourText(at)), "breakeven collect, or breakeven schedule"
	default:
		f.verdict, f.text = good, fmt.Sprintf("collected %s (%s)", ageText(age), hourText(at))
	}
	return []finding{f}
}

// doctorDays is how far back doctor looks.
const doctorDays = 30

// window is the last days of what the database holds.
func (p *patient) window(ctx context.Context) (w model.Window, any bool, err error) {
	held, any, err := p.reader.Extent(ctx)
	if err != nil || !any {
		return w, any, err
	}
	w = model.Window{From: held.To.AddDate(0, 0, -doctorDays), To: held.To}
	if w.From.Before(held.From) {
		w.From = held.From
	}
	return w, true, nil
}

// broken is a finding about a question that could not be asked.
func broken(check string, err error) []finding {
	return []finding{{check: check, verdict: fail, text: err.Error(), fix: "move the database away and collect again if this stays"}}
}

// checkGaps asks what is known to be missing.
func checkGaps(ctx context.Context, p *patient) []finding {
	if p.reader == nil {
		return nil
	}
	gaps, err := p.reader.Gaps(ctx)
	if err != nil {
		return broken("gaps", err)
	}
	if len(gaps) == 0 {
		return []finding{{check: "gaps", verdict: good, text: "no gap is known"}}
	}
	var out []finding
	for i, g := range gaps {
		if i == gapsNamed {
			out = append(out, finding{
				check: "gaps", verdict: warn, missing: true, text: fmt.Sprintf("and %d more gaps", len(gaps)-i),
				fix: `breakeven query "SELECT * FROM gaps"`,
			})
			break
		}
		fix := "breakeven collect; breakeven iam-policy prints what it must be allowed"
		if g.Metric == model.MetricReport {
			fix = "nothing can be fetched: see the reason; breakeven import logs reads lines kept elsewhere"
		}
		out = append(out, finding{check: "gaps", verdict: warn, missing: true, text: report.GapText(g), fix: fix})
	}
	return out
}

// checkCompleteness proves that no function is missing.
func checkCompleteness(ctx context.Context, p *patient) []finding {
	if p.reader == nil {
		return nil
	}
	w, some, err := p.window(ctx)
	if err != nil {
		return broken("completeness", err)
	}
	var list []store.Completeness
	if some {
		if list, err = p.reader.Completeness(ctx, w); err != nil {
			return broken("completeness", err)
		}
	}
	if len(list) == 0 {
		return []finding{{check: "completeness", verdict: good, text: "nothing to compare: no region's own metrics were collected"}}
	}
	var out []finding
	hours := int64(0)
	for _, c := range list {
		hours = max(hours, c.Hours)
		if c.Differing == 0 {
			continue
		}
		out = append(out, finding{
			check: "completeness", verdict: warn, missing: true,
			text: fmt.Sprintf("%s %s: %s of all functions is %s, CloudWatch counted %s for the region; %d of %d hours differ, %s to %s",
				c.Account, c.Region, c.Metric, plainText(c.Sum), plainText(c.Total), c.Differing, c.Hours, hourText(c.Differs.From), hourText(c.Differs.To)),
			fix: "breakeven collect; hours of the last day may still be late",
		})
	}
	if out == nil {
		text := fmt.Sprintf("the sum over functions is what CloudWatch counted, in every one of up to %d hours by region", hours)
		return []finding{{check: "completeness", verdict: good, text: text}}
	}
	return out
}

// pricesStaleAfter is the age from which prices should be looked up again:
// AWS changes some every few months.
const pricesStaleAfter = 120 * 24 * time.Hour

// checkPriceBook asks how old the newest price is.
func checkPriceBook(_ context.Context, p *patient) []finding {
	book := p.a.book()
	f := finding{check: "prices", verdict: good, text: fmt.Sprintf("price book %s, newest price of %s", book.Version(), book.AsOf())}
	asOf, err := time.Parse(time.DateOnly, book.AsOf())
	if err != nil {
		return broken("prices", fmt.Errorf("the price book's date %q: %w", book.AsOf(), err))
	}
	if p.now.Sub(asOf) > pricesStaleAfter {
		f.verdict, f.fix = warn, "breakeven prices update"
	}
	return []finding{f}
}

// checkDisk asks whether a collection would find room: it needs a copy of the
// database and what it adds.
func checkDisk(_ context.Context, p *patient) []finding {
	folder := filepath.Dir(p.path)
	var fs unix.Statfs_t
	if err := unix.Statfs(folder, &fs); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil // the first collection makes it
		}
		return broken("disk", fmt.Errorf("asking for the free space of %s: %w", folder, err))
	}
	size := int64(0)
	if st, err := os.Stat(p.path); err == nil {
		size = st.Size()
	}
	return []finding{diskFinding(int64(fs.Bavail)*fs.Bsize, size)}
}

// diskFinding judges free bytes beside a database of a size.
func diskFinding(free, size int64) finding {
	const mb = 1 << 20
	f := finding{check: "disk", verdict: good, text: fmt.Sprintf("%d MB free, the database has %d MB", free/mb, size/mb)}
	switch {
	case free < size+100*mb:
		f.verdict, f.fix = fail, "free some space: a collection needs a copy of the database beside it"
	case free < 2*size+1024*mb:
		f.verdict, f.fix = warn, "free some space before the next large collection"
	}
	return f
}
