package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/report"
)

func newFunctions(a *app) *cobra.Command {
	var w windowFlags
	var o report.FunctionOptions
	cmd := &cobra.Command{
		Use:   "functions",
		Short: "Every function with its calls, health and cost",
		Example: `  breakeven functions
  breakeven functions --sort errors --top 10
  breakeven functions -o wide`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.Check(); err != nil {
				return withCode(exitUsage, err)
			}
			an, err := a.loadAnalysis(cmd.Context(), w, analyze.Options{SkipCompare: true})
			if err != nil {
				return err
			}
			t, err := report.Functions(an, o)
			if err != nil {
				return err
			}
			if err := a.write(t); err != nil {
				return err
			}
			return a.complete(an)
		},
	}
	w.register(cmd.Flags())
	cmd.Flags().StringVar(&o.Sort, "sort", "cost", "`order`: "+strings.Join(report.FunctionSorts(), ", "))
	cmd.Flags().IntVar(&o.Top, "top", 0, "only the first `n`, the others summed up")
	return cmd
}
