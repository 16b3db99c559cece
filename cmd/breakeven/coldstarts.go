package main

import (
	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/report"
)

func newColdStarts(a *app) *cobra.Command {
	var w windowFlags
	cmd := &cobra.Command{
		Use:   "coldstarts",
		Short: "How often functions start cold, how long it takes and what it costs",
		Long: `Print what REPORT lines tell about initialisation: cold starts, their share of
the invocations, the duration of Init and what of it was billed. A function
without REPORT lines has unknown cold starts, not zero.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			an, err := a.loadAnalysis(cmd.Context(), w, analyze.Options{SkipCompare: true, SkipAdvice: true})
			if err != nil {
				return err
			}
			if err := a.write(report.ColdStarts(an)); err != nil {
				return err
			}
			return a.complete(an)
		},
	}
	w.register(cmd.Flags())
	return cmd
}
