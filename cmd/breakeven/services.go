package main

import (
	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/report"
)

func newServices(a *app) *cobra.Command {
	var w windowFlags
	cmd := &cobra.Command{
		Use:     "services",
		Short:   "What each AWS service costs",
		Long:    `Print one line for each service that was collected: how many resources, what they cost in the window and in a month of 730 hours, and which line of the bill is the dearest.`,
		Example: "  breakeven services --since 7d",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			an, err := a.loadAnalysis(cmd.Context(), w, analyze.Options{SkipCompare: true, SkipAdvice: true})
			if err != nil {
				return err
			}
			if err := a.write(report.Services(an)); err != nil {
				return err
			}
			return a.complete(an)
		},
	}
	w.register(cmd.Flags())
	return cmd
}
