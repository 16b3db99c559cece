package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/model/health"
	"github.com/breakeven-dev/breakeven/report"
	"github.com/breakeven-dev/breakeven/store"
)

func newHealth(a *app) *cobra.Command {
	var w windowFlags
	var top int
	cmd := &cobra.Command{
		Use:   "health",
		Short: "What is wrong now, since when, and by which limit",
		Long: `Print what is wrong now, worst first: errors, throttles, runs near their
time-out, queues and streams that lag, dead letters. Each line says which
metric passes which limit, since which hour, and why the limit is there.
Without --since the last two days of data are looked at.`,
		Example: `  breakeven health
  breakeven health --since 7d -o json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.health(cmd.Context(), w, top) },
	}
	w.register(cmd.Flags())
	cmd.Flags().IntVar(&top, "top", 0, "only the worst `n`")
	return cmd
}

// healthDays is how far back health looks unless told.
const healthDays = 2

func (a *app) health(ctx context.Context, w windowFlags, top int) error {
	r, err := a.openReader(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	if w == (windowFlags{}) {
		held, some, err := r.Extent(ctx)
		if err != nil {
			return err
		}
		if !some {
			return errNoData()
		}
		to := held.To
		if now := a.now().UTC(); now.Before(to) {
			to = now
		}
		w.from, w.to = to.AddDate(0, 0, -healthDays).Format(time.RFC3339), to.Format(time.RFC3339)
	}
	an, err := a.analyse(ctx, r, w, analyze.Options{SkipCompare: true, SkipAdvice: true})
	if err != nil {
		return err
	}
	hours, err := r.Hours(ctx, store.InputsRequest{Window: an.Window})
	if err != nil {
		return err
	}
	d := report.HealthData{Window: an.Window, Findings: health.Find(an.Window, hours), Analysis: an, Resources: len(hours), Rules: len(health.Rules())}
	found := len(d.Findings)
	if top > 0 && found > top {
		d.Findings = d.Findings[:top]
	}
	if err := a.write(report.Health(d)); err != nil {
		return err
	}
	if found > len(d.Findings) && !a.global.quiet {
		fmt.Fprintf(a.err, "%d more findings: leave out --top\n", found-len(d.Findings))
	}
	return a.complete(an)
}
