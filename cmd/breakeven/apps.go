package main

import (
	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/report"
)

func newApps(a *app) *cobra.Command {
	var w windowFlags
	var o report.AppOptions
	cmd := &cobra.Command{
		Use:   "apps [NAME]",
		Short: "What each application costs, in all and for a unit of its work",
		Long: `Print one line for each application: an API backend, event processing, a
workflow or a cron job, with its cost and what a thousand requests, an event,
an execution or a run costs. Resources are grouped by tag, else by what they
are connected with; what several applications use is split by measured
traffic, and what cannot be attributed is a line of its own. With a NAME, print
that application's resources.`,
		Example: `  breakeven apps
  breakeven apps storefront --since 7d`,
		Args: func(cmd *cobra.Command, args []string) error {
			return withCode(exitUsage, cobra.MaximumNArgs(1)(cmd, args))
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.Name = args[0]
			}
			an, err := a.loadAnalysis(cmd.Context(), w, analyze.Options{SkipCompare: true, SkipAdvice: true})
			if err != nil {
				return err
			}
			t, err := report.Apps(an, o)
			if err != nil {
				return withCode(exitUsage, err)
			}
			if err := a.write(t); err != nil {
				return err
			}
			return a.complete(an)
		},
	}
	w.register(cmd.Flags())
	cmd.Flags().IntVar(&o.Top, "top", 0, "only the dearest `n`, the others summed up")
	return cmd
}
