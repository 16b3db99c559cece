package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/jonboulle/clockwork"
	"github.com/spf13/cobra"
)

// scheduleFlags are the flags of schedule.
type scheduleFlags struct {
	cron    string
	collect string
	report  string
	out     string
}

func newSchedule(a *app) *cobra.Command {
	var f scheduleFlags
	cmd := &cobra.Command{
		Use:   "schedule",
		Short: "Collect and report at set times, in the foreground",
		Long: `Wait in the foreground and, whenever the cron expression says (UTC), run
collect and then report. Each report is a file of its own in --out, named by
its time. A run that fails is logged and the next one tried; runs never
overlap. Ctrl-C ends it: a collection under way stops where it is and the next
run completes it.`,
		Example: `  breakeven schedule --cron "0 6 * * *" --out reports
  breakeven schedule --cron "0 * * * *" --collect "--since 2d --max-cost 0.05" --out reports`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.schedule(cmd.Context(), &f, clockwork.NewRealClock())
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.cron, "cron", "0 6 * * *", "`expression`: minute, hour, day, month, weekday, in UTC")
	fs.StringVar(&f.collect, "collect", "", "`arguments` of collect, in quotes")
	fs.StringVar(&f.report, "report", "", "`arguments` of report, in quotes")
	fs.StringVar(&f.out, "out", ".", "`folder` of the reports")
	return cmd
}

// schedule runs until ctx ends. The clock tells when; a test brings its own.
func (a *app) schedule(ctx context.Context, f *scheduleFlags, clock clockwork.Clock) error {
	if err := os.MkdirAll(f.out, 0o755); err != nil {
		return fmt.Errorf("making the folder of the reports: %w", err)
	}
	s, err := gocron.NewScheduler(gocron.WithClock(clock), gocron.WithLocation(time.UTC))
	if err != nil {
		return fmt.Errorf("starting the schedule: %w", err)
	}
	job, err := s.NewJob(gocron.CronJob(f.cron, false), gocron.NewTask(func() { a.scheduled(ctx, f, clock) }),
		gocron.WithSingletonMode(gocron.LimitModeReschedule))
	if err != nil {
		_ = s.Shutdown() // the expression is what to tell about
		return usageErrorf("--cron %q: %s", f.cron, strings.ReplaceAll(err.Error(), "\n", ": "))
	}
	s.Start()
	next, err := job.NextRun()
	if err == nil {
		a.logf(clock.Now(), "first run at %s, reports go to %s; Ctrl-C ends", next.UTC().Format(time.RFC3339), f.out)
		<-ctx.Done()
		a.logf(clock.Now(), "stopping")
		err = s.Shutdown() // waits for a run under way
	}
	if err != nil {
		return fmt.Errorf("running the schedule: %w", err)
	}
	return &exitError{code: exitCancelled}
}

// scheduled is one run: collect, then report on whatever there is by then.
func (a *app) scheduled(ctx context.Context, f *scheduleFlags, clock clockwork.Clock) {
	start := clock.Now()
	for _, step := range [][]string{
		append([]string{"collect"}, strings.Fields(f.collect)...),
		append([]string{"report", "--out", filepath.Join(f.out, reportName(start))}, strings.Fields(f.report)...),
	} {
		if ctx.Err() != nil {
			return
		}
		a.logf(clock.Now(), "%s: started", step[0])
		switch code := a.child(ctx, step); code {
		case exitDone:
			a.logf(clock.Now(), "%s: done", step[0])
		case exitIncomplete:
			a.logf(clock.Now(), "%s: done, some data is missing", step[0])
		default:
			a.logf(clock.Now(), "%s: failed with exit code %d; trying again at the next run", step[0], code)
		}
	}
}

// child runs one command line with this run's database and streams.
func (a *app) child(ctx context.Context, args []string) int {
	own := *a
	own.errTTY = false // plain lines, no progress that draws over the log
	global := []string{}
	if a.global.db != "" {
		global = append(global, "--db", a.global.db)
	}
	if a.global.quiet {
		global = append(global, "--quiet")
	}
	return run(ctx, &own, append(args, global...))
}

// reportName is unique to a minute, and sorts by time.
func reportName(at time.Time) string {
	return "report-" + at.UTC().Format("2006-01-02-1504") + ".html"
}

// logf writes a line with its time to stderr.
func (a *app) logf(at time.Time, format string, args ...any) {
	fmt.Fprintf(a.err, "%s %s\n", at.UTC().Format(time.RFC3339), fmt.Sprintf(format, args...))
}
