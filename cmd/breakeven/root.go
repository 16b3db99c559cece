package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// commands lists the subcommands, each built in the file that bears its name.
// It is a function because schedule runs command lines of its own.
func commands() []func(*app) *cobra.Command {
	return []func(*app) *cobra.Command{
		newEstimate,
		newPrices,
		newDemo,
		newCollect,
		newImport,
		newIAMPolicy,
		newCost,
		newFunctions,
		newServices,
		newApps,
		newColdStarts,
		newHealth,
		newErrors,
		newCompare,
		newSimulate,
		newForecast,
		newRightsize,
		newRecommend,
		newReconcile,
		newReport,
		newQuery,
		newExport,
		newDoctor,
		newPrune,
		newSchedule,
		newDashboard,
		newVersion,
		newHelpExitCodes,
		newHelpEnvironment,
		newHelpPermissions,
		newHelpPricing,
		newHelpUsageFile,
	}
}

// outputs are the values of --output.
var outputs = []string{"table", "wide", "json", "ndjson", "csv", "markdown"}

// newRoot builds the command tree for one run.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "breakeven",
		Short:         "What serverless costs on AWS, why, and whether servers would be cheaper",
		Args:          knownCommand,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			if !slices.Contains(outputs, a.global.output) {
				return usageErrorf("--output %q: want one of %s", a.global.output, strings.Join(outputs, ", "))
			}
			return a.checkBook(c)
		},
	}
	// breakeven alone opens the dashboard where a person can use it.
	root.RunE = func(c *cobra.Command, _ []string) error {
		if !a.interactive() {
			return c.Help()
		}
		return a.dashboard(c, dashboardFlags{glyphs: "auto"})
	}
	root.SuggestionsMinimumDistance = 2
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return withCode(exitUsage, err) })
	f := root.PersistentFlags()
	f.StringVar(&a.global.db, "db", "", "database `path` (env BREAKEVEN_DB; default under $XDG_DATA_HOME/breakeven)")
	f.StringVarP(&a.global.output, "output", "o", "table", "`format`: "+strings.Join(outputs, ", "))
	f.BoolVar(&a.global.noColor, "no-color", false, "no colour (also NO_COLOR)")
	f.BoolVar(&a.global.quiet, "quiet", false, "no progress on stderr")
	f.BoolVar(&a.global.verbose, "verbose", false, "say more on stderr")
	f.BoolVar(&a.global.payer, "payer", false, "all accounts are one payer's and share tiers and allowances (env BREAKEVEN_PAYER)")
	for _, c := range commands() {
		root.AddCommand(c(a))
	}
	return root
}

// knownCommand refuses a first word that is no command, as wrong usage.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usageErrorf("there is no command %q: did you mean %s?", args[0], strings.Join(near, " or "))
	}
	return usageErrorf("there is no command %q: see \"breakeven help\"", args[0])
}
