package main

import (
	"context"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/report"
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

func (a *app) health(ctx context.Context, w windowFlags, top int) error {
	recent := time.Duration(math.MaxInt64) // the window that was asked for
	if w == (windowFlags{}) {
		recent = healthDays * 24 * time.Hour
	}
	r, err := a.openReader(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	an, err := a.analyseRecent(ctx, r, w, recent, analyze.Options{SkipCompare: true, SkipAdvice: true})
	if err != nil {
		return err
	}
	if err := a.write(report.Health(an, top)); err != nil {
		return err
	}
	return a.complete(an)
}
