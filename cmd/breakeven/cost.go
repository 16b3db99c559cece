package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/report"
)

func newCost(a *app) *cobra.Command {
	var w windowFlags
	var o report.CostOptions
	var unusual bool
	cmd := &cobra.Command{
		Use:   "cost",
		Short: "What was collected costs, line by line",
		Long: `Print what the window cost: line items under functions under services, the
total last. The printed lines add up to the printed total; what is not known
is a dash, never zero, and makes the totals above it a dash too (exit code 3).

--unusual lists the hours in which invocations, errors or the time that
functions worked left what their past had made likely, with the expected range
and the function behind it. It needs more than two weeks of data.`,
		Example: `  breakeven cost
  breakeven cost --since mtd --group-by app
  breakeven cost --unusual
  breakeven cost --from 2026-10-01 --to 2026-11-01 --top 10 -o csv`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.Check(); err != nil {
				return withCode(exitUsage, err)
			}
			if unusual && o != (report.CostOptions{}) {
				return usageErrorf("--unusual lists hours: leave --group-by and --top out")
			}
			an, err := a.loadAnalysis(cmd.Context(), w, analyze.Options{SkipCompare: true, SkipAdvice: true, Unusual: unusual})
			if err != nil {
				return err
			}
			t := report.UnusualHours(an)
			if !unusual {
				if t, err = report.Costs(an, o); err != nil {
					return err
				}
			}
			if err := a.write(t); err != nil {
				return err
			}
			return a.complete(an)
		},
	}
	w.register(cmd.Flags())
	cmd.Flags().StringVar(&o.GroupBy, "group-by", "", "one line for each `group`: "+strings.Join(report.Groups, ", "))
	cmd.Flags().IntVar(&o.Top, "top", 0, "only the dearest `n`, the others summed up")
	cmd.Flags().BoolVar(&unusual, "unusual", false, "show the hours out of the ordinary instead")
	return cmd
}

// noArgs refuses arguments as wrong usage.
func noArgs(cmd *cobra.Command, args []string) error {
	return withCode(exitUsage, cobra.NoArgs(cmd, args))
}
