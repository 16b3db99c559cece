package main

import (
	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/report"
)

func newRecommend(a *app) *cobra.Command {
	var w windowFlags
	var least string
	var top int
	cmd := &cobra.Command{
		Use:   "recommend",
		Short: "What would save money or trouble, ranked, with evidence",
		Long: `Print advice: what to change, what it saves a month of 730 hours, how sure
that is (A measured to D a guess within bounds), and in the data formats the
evidence, the command that does it and what would prove it wrong.`,
		Example: `  breakeven recommend --min-savings 5
  breakeven recommend -o json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			usd, err := unit.ParseUSD(least)
			if err != nil {
				return usageErrorf("--min-savings: %v", err)
			}
			an, err := a.loadAnalysis(cmd.Context(), w, analyze.Options{})
			if err != nil {
				return err
			}
			if err := a.write(report.Recommendations(an, report.RecommendOptions{Least: usd, Top: top})); err != nil {
				return err
			}
			return a.complete(an)
		},
	}
	w.register(cmd.Flags())
	cmd.Flags().IntVar(&top, "top", 0, "only the `n` largest savings")
	cmd.Flags().StringVar(&least, "min-savings", "0", "only what likely saves at least `USD` a month")
	return cmd
}
