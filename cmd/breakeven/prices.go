package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/report"
)

func newPrices(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "prices",
		Short: "Look into the price book, and keep it current",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newPricesShow(a), newPricesUpdate(a), newPricesDiff(a), newPricesOverride(a))
	return c
}

func newPricesShow(a *app) *cobra.Command {
	var region string
	c := &cobra.Command{
		Use:   "show [PATTERN]",
		Short: "List prices with their tiers, sources and dates",
		Long: `List the prices whose service and dimension contain every word of PATTERN,
letter case aside. A price of the region "any" holds in every commercial region
without a price of its own.`,
		Example: `  breakeven prices show "lambda duration" --region eu-west-1
  breakeven prices show c7g.large
  breakeven prices show fargate -o csv`,
		RunE: func(_ *cobra.Command, args []string) error {
			if unit.Region(region).InChina() {
				return usageErrorf("--region %s: billed in CNY; only prices in USD are known", region)
			}
			return showPrices(a, strings.Join(args, " "), unit.Region(region))
		},
	}
	c.Flags().StringVar(&region, "region", "", "prices that hold in this `region` only")
	return c
}

func showPrices(a *app, pattern string, region unit.Region) error {
	book := a.book()
	found := book.Find(pattern, region)
	if len(found) == 0 {
		in := "any region"
		if region != "" {
			in = string(region)
		}
		return usageErrorf("no price of %q in %s: try fewer letters, or `breakeven prices show`", pattern, in)
	}
	info := model.BookInfo{Version: book.Version(), AsOf: book.AsOf()}
	return report.Write(a.out, report.Prices(info, found, a.now()), a.global.output, report.Layout{})
}
