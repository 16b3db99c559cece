package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/report"
	"github.com/breakeven-dev/breakeven/store"
)

// retentionHelp says in a flag's help what parseRetention reads.
const retentionHelp = "31d or more, such as 400d or 60w"

func newPrune(a *app) *cobra.Command {
	var olderThan string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Take old months out of the database and make its file smaller",
		Long: `prune takes away what was collected and billed in calendar months (UTC) that
ended longer ago than --older-than: metrics, REPORT lines, hours, gaps, the
ledger of what was asked for, imported bills. Only whole months go, so that the
tiers and allowances of those that stay are filled as before: their costs are
what they were. What goes is not collected again, and is not shown if a file
brings it back; the configurations that held when the kept months began stay.

The rest is written into a new file that takes the old one's place in the end:
there must be room for both, and until then the old one is whole, whatever
happens. "collect --retention" does the same after each run.`,
		Example: `  breakeven prune --older-than 400d --dry-run
  breakeven prune --older-than 400d`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if olderThan == "" {
				return usageErrorf("prune: --older-than is missing: want %s", retentionHelp)
			}
			return a.prune(cmd.Context(), olderThan, dryRun)
		},
	}
	cmd.Flags().StringVar(&olderThan, "older-than", "", "`age` of what goes: "+retentionHelp)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would go, and change nothing")
	return cmd
}

// shortestRetention leaves the last full month and the window that views show
// by default.
const shortestRetention = 31 * 24 * time.Hour

// parseRetention returns the first instant that is kept: that of the month in
// which an age such as "400d" ago lies.
func parseRetention(s string, now time.Time) (time.Time, error) {
	age, ok := sinceLength(strings.TrimSpace(s))
	if !ok || age < shortestRetention || age > 100*365*24*time.Hour {
		return time.Time{}, usageErrorf("%q is not how long to keep data: want %s", s, retentionHelp)
	}
	from := now.UTC().Add(-age)
	return time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC), nil
}

// prune runs or plans one pruning and says what went.
func (a *app) prune(ctx context.Context, olderThan string, dryRun bool) error {
	keptFrom, err := parseRetention(olderThan, a.now())
	if err != nil {
		return err
	}
	path, err := a.dbPath()
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("%s: %w", path, store.ErrNoDatabase)
	}
	var p store.Pruned
	if dryRun {
		p, err = a.prunable(ctx, keptFrom)
	} else {
		p, err = a.pruneTo(ctx, path, keptFrom)
	}
	if err != nil {
		return err
	}
	if a.global.output == "json" {
		return report.WriteJSON(a.out, a.head(), p)
	}
	return a.printPruned(p, dryRun)
}

func (a *app) prunable(ctx context.Context, keptFrom time.Time) (store.Pruned, error) {
	r, err := a.openReader(ctx)
	if err != nil {
		return store.Pruned{}, err
	}
	p, err := r.Prunable(ctx, keptFrom)
	return p, errors.Join(err, r.Close())
}

// pruneTo derives what a run that was stopped may have left underived, since
// the hours that stay are not derived again, and prunes.
func (a *app) pruneTo(ctx context.Context, path string, keptFrom time.Time) (store.Pruned, error) {
	o := store.Options{Now: a.now(), Purpose: "prune"}
	w, err := store.OpenWriter(ctx, path, o)
	if err != nil {
		return store.Pruned{}, err
	}
	if err := errors.Join(a.priceMonths(ctx, w), w.Close(ctx)); err != nil {
		return store.Pruned{}, err
	}
	return store.Prune(ctx, path, keptFrom, o)
}

// printPruned prints what went, or would.
func (a *app) printPruned(p store.Pruned, dryRun bool) error {
	day := p.KeptFrom.Format(time.DateOnly)
	if len(p.Tables) == 0 {
		_, err := fmt.Fprintf(a.out, "nothing is older than %s\n", day)
		return err
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "TABLE\tROWS BEFORE "+day)
	for _, x := range p.Tables {
		fmt.Fprintf(t, "%s\t%d\n", x.Table, x.Rows)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	size := "the file is %.1f MB; nothing was changed\n"
	sizes := []any{megabytes(p.BytesBefore)}
	if !dryRun {
		size, sizes = "the file was %.1f MB and is %.1f MB\n", append(sizes, megabytes(p.BytesAfter))
	}
	_, err := fmt.Fprintf(a.out, size, sizes...)
	return err
}

func megabytes(n int64) float64 { return float64(n) / 1e6 }

// retention is --retention, else BREAKEVEN_RETENTION, as the first instant to
// keep; zero: everything is kept.
func (a *app) retention(flag string) (time.Time, error) {
	if flag == "" {
		flag = a.getenv("BREAKEVEN_RETENTION")
	}
	if flag == "" {
		return time.Time{}, nil
	}
	return parseRetention(flag, a.now())
}

// retain prunes after a collection. Nearly always there is nothing older.
func (a *app) retain(ctx context.Context, path string, keptFrom time.Time) error {
	if keptFrom.IsZero() {
		return nil
	}
	p, err := store.Prune(ctx, path, keptFrom, store.Options{Now: a.now(), Purpose: "prune"})
	if err != nil {
		return err
	}
	if len(p.Tables) > 0 && !a.global.quiet {
		fmt.Fprintf(a.err, "pruned what was older than %s: the file was %.1f MB and is %.1f MB\n",
			p.KeptFrom.Format(time.DateOnly), megabytes(p.BytesBefore), megabytes(p.BytesAfter))
	}
	return nil
}
