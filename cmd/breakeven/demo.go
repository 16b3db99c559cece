package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/report"
)

// demoSeed picks the simulated account; it is the same for everybody.
const demoSeed = 1

func newDemo(a *app) *cobra.Command {
	var dir string
	var noDashboard bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "See everything on a simulated account, no AWS needed",
		Long: `Serves a simulated AWS account on loopback: about 40 functions in two regions,
30 days. Collects from it through the real AWS SDK, prices what it found,
writes report.html and prints a summary. On a terminal it then opens the
dashboard. The database stays in --dir for you to try every command on.`,
		Example: "  breakeven demo\n  breakeven demo --dir /tmp/try --no-dashboard",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.demo(cmd, dir, noDashboard)
		},
	}
	c.Flags().StringVar(&dir, "dir", "breakeven-demo", "`folder` for the database and the report")
	c.Flags().BoolVar(&noDashboard, "no-dashboard", false, "end after the summary")
	return c
}

// demo makes a fresh database from the simulated account and shows it.
func (a *app) demo(cmd *cobra.Command, dir string, noDashboard bool) error {
	ctx := cmd.Context()
	db := filepath.Join(dir, "demo.duckdb")
	if err := freshDemo(dir, db); err != nil {
		return err
	}
	a.global.db = db
	if err := a.collectDemo(ctx); err != nil {
		return err
	}
	an, err := a.loadWhole(ctx, windowFlags{})
	if err != nil {
		return err
	}
	if err := a.summarize(an); err != nil {
		return err
	}
	out := filepath.Join(dir, "report.html")
	fmt.Fprintln(a.out, "\nThe report:")
	if err := a.writeReport(an, []string{"html"}, out); err != nil {
		return err
	}
	fmt.Fprintf(a.out, `
What to type next (export BREAKEVEN_DB=%[1]s saves the --db):
  %[2]s --db %[1]s dashboard
  %[2]s --db %[1]s cost --top 10
  %[2]s --db %[1]s recommend
  %[2]s --db %[1]s query "SELECT * FROM hourly_costs LIMIT 5"
  %[2]s collect --plan        what collecting from your own account would cost
`, db, os.Args[0])
	if noDashboard || !a.interactive() {
		return nil
	}
	return a.dashboard(cmd, dashboardFlags{glyphs: "auto"})
}

// freshDemo makes the folder and takes away an earlier demo's database, so
// that the demo shows the same whenever it is run.
func freshDemo(dir, db string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the demo's folder: %w", err)
	}
	old, err := filepath.Glob(db + "*")
	if err != nil {
		return withCode(exitUsage, fmt.Errorf("--dir %s: %w", dir, err))
	}
	for _, f := range old {
		if err := os.Remove(f); err != nil {
			return fmt.Errorf("replacing the last demo: %w", err)
		}
	}
	return nil
}

// collectDemo serves the simulated account and collects from it as from AWS.
func (a *app) collectDemo(ctx context.Context) error {
	now := a.now().UTC().Truncate(time.Hour)
	server, err := awstest.New(awstest.Options{Seed: demoSeed, Now: now})
	if err != nil {
		return fmt.Errorf("serving the simulated account: %w", err)
	}
	defer server.Close()
	if !a.global.quiet {
		fmt.Fprintf(a.err, "serving a simulated AWS account on %s\n", server.URL)
	}
	for _, kv := range append(server.Env(), "AWS_PROFILE=", "AWS_DEFAULT_PROFILE=", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull) {
		name, value, _ := strings.Cut(kv, "=")
		if err := a.setenv(name, value); err != nil {
			return fmt.Errorf("pointing the AWS SDK at the simulated account: %w", err)
		}
	}
	real := a.now
	a.now = func() time.Time { return now } // the account's clock stands still
	defer func() { a.now = real }()
	// Loopback has no quotas; AWS's would only make the demo wait.
	f := collectFlags{since: "30d", reports: "insights", concurrency: 16, settle: 3 * time.Hour, rates: []string{"*=1000"}, pointsPerSecond: 1e9, regions: awstest.Regions()}
	err = a.collect(ctx, &f)
	if code, ok := codeOf(err); ok && code == exitIncomplete {
		return nil // the simulated account has gaps on purpose, and they were named
	}
	return err
}

// summarize prints what the demo found: the dearest functions, the best
// savings and the answer to the question of servers.
func (a *app) summarize(an model.Analysis) error {
	apps, err := report.Apps(an, report.AppOptions{Top: 8})
	if err != nil {
		return err
	}
	tables := []report.Table{
		report.Services(an), apps, report.Health(an, 3), report.Recommendations(an, report.RecommendOptions{Top: 5}),
	}
	for i, t := range tables {
		if i < len(tables)-1 {
			t.Warnings = nil // they stand under the last
		}
		if err := a.write(t); err != nil {
			return err
		}
		fmt.Fprintln(a.out)
	}
	_, err = fmt.Fprintln(a.out, "Would servers be cheaper?", an.Compare.Verdict)
	return err
}
