package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/coldstart/sim"
	"github.com/breakeven-dev/breakeven/report"
)

// simulateFlags describe a platform and the load on it.
type simulateFlags struct {
	arrivals, distribution, idle string
	rate, surplus                float64
	warm, cold, horizon          time.Duration
	limit, provisioned, scaleOut int
	seed                         uint64
	given                        func(string) bool
}

func newSimulate(a *app) *cobra.Command {
	var f simulateFlags
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Cold starts, instances and rejections of a load, simulated",
		Long: `Simulate a platform that gives each request an instance of its own, as
Lambda does: the newest idle instance serves, an instance that stays idle for
--idle-timeout ends, and without an idle one a request starts cold or, at
--max-concurrency, is rejected. Needs no data.

Every figure has a 95 % confidence interval; runs of --horizon are added until
its half-width is at most 5 % of the value, or a warning says what is missing.
Random arrivals are measured in the steady state (the first ten lifetimes
are dropped), a trace from its first request to its last, starting without
instances.

A trace is CSV with a header: minute,function,invocations (each function has
instances and limits of its own, arrivals are uniform within the minute), or
arrival_s[,duration_ms] for single requests of one function, whose durations
are used where given. Replaying single requests with a range as idle timeout,
instances that start while another is busy live 1.2 times as long, as was
measured on Lambda; --surplus-lifetime 1 turns that off.`,
		Example: `  breakeven simulate --rate 0.9 --warm-service 2s --cold-service 2.3s --idle-timeout 10m
  breakeven simulate --arrivals trace:requests.csv --idle-timeout 5m..7m -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.given = cmd.Flags().Changed
			return runSimulate(cmd.Context(), a, &f)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.arrivals, "arrivals", string(sim.Poisson), "poisson, deterministic or trace:`FILE`")
	fs.Float64Var(&f.rate, "rate", 0, "mean `requests` a second")
	fs.DurationVar(&f.warm, "warm-service", 0, "mean `time` of a request that finds an instance")
	fs.DurationVar(&f.cold, "cold-service", 0, "mean whole `time` of a request that starts one (default: --warm-service)")
	fs.StringVar(&f.distribution, "service-distribution", string(sim.Exponential), "of service times: exponential, constant or lognormal:`CV`")
	fs.StringVar(&f.idle, "idle-timeout", "5m..7m", "idle `time` after which an instance ends; a range is uniform over instances")
	fs.Float64Var(&f.surplus, "surplus-lifetime", 1, "`factor` on the idle timeout of instances that start while another is busy")
	fs.IntVar(&f.limit, "max-concurrency", 1000, "`requests` that run at once at most")
	fs.IntVar(&f.provisioned, "provisioned", 0, "`number` of instances that are always there")
	fs.IntVar(&f.scaleOut, "scale-out", 0, "instances that may start in 10 s (Lambda: 1000 a function; 0: no limit)")
	fs.DurationVar(&f.horizon, "horizon", 1_000_000*time.Second, "`time` that one run measures (less by default at high rates); cuts a trace where given")
	fs.Uint64Var(&f.seed, "seed", 1, "`number` that all randomness comes from")
	return cmd
}

func runSimulate(ctx context.Context, a *app, f *simulateFlags) error {
	c, err := f.config()
	if err != nil {
		return err
	}
	r, err := sim.Run(ctx, c)
	switch {
	case ctx.Err() != nil:
		return err
	case err != nil:
		return usageErrorf("%w", err)
	case c.Trace != nil && f.given("rate"):
		r.Warnings = append(r.Warnings, "--rate is unused: a trace has its own")
	}
	return a.writeSimulation(&r)
}

// config reads the flags.
func (f *simulateFlags) config() (sim.Config, error) {
	c := sim.Config{
		Arrivals: sim.Arrivals(f.arrivals), Rate: f.rate, Warm: f.warm, Cold: f.cold,
		Surplus: f.surplus, MaxConcurrency: f.limit, Provisioned: f.provisioned, ScaleOut: f.scaleOut,
		Horizon: f.horizon, Seed: f.seed,
	}
	if !f.given("cold-service") {
		c.Cold = c.Warm
	}
	var err error
	if c.Service, err = sim.ParseService(f.distribution); err != nil {
		return c, usageErrorf("--service-distribution %w", err)
	}
	if c.Idle, err = sim.ParseLifetime(f.idle); err != nil {
		return c, usageErrorf("--idle-timeout %w", err)
	}
	path, traced := strings.CutPrefix(f.arrivals, "trace:")
	if traced {
		return c, f.replay(&c, path)
	}
	switch {
	case c.Arrivals != sim.Poisson && c.Arrivals != sim.Deterministic:
		return c, usageErrorf("--arrivals %q: want poisson, deterministic or trace:FILE", f.arrivals)
	case !f.given("rate"):
		return c, usageErrorf("give --rate, the mean requests a second")
	case !f.given("warm-service"):
		return c, usageErrorf("give --warm-service, the mean time of a request, such as 120ms")
	}
	if !f.given("horizon") && c.Rate > 0 {
		c.Horizon = sim.DefaultHorizon(c.Rate, c.Idle)
	}
	return c, nil
}

// replay completes c with the trace in the file at path.
func (f *simulateFlags) replay(c *sim.Config, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return usageErrorf("%w", err)
	}
	defer file.Close()
	if c.Trace, err = sim.ParseTrace(file); err != nil {
		return usageErrorf("%s: %w", path, err)
	}
	if c.Trace.NeedsService() && !f.given("warm-service") {
		return usageErrorf("give --warm-service: %s does not tell how long every request takes", path)
	}
	c.Arrivals = sim.Replayed
	if !f.given("horizon") {
		c.Horizon = 0
	}
	if !f.given("surplus-lifetime") && c.Trace.SingleRequests() && c.Idle.High > c.Idle.Low {
		c.Surplus = sim.ReplaySurplus
	}
	return nil
}

// writeSimulation prints a line a figure; in JSON, the figures are keys.
func (a *app) writeSimulation(r *sim.Result) error {
	t := report.Table{
		Name:  "figures",
		Title: fmt.Sprintf("Simulated: %d × %.0f s, %d requests in all, %d of them cold, %d of these while another instance was busy", r.Runs, r.Measured, r.Requests, r.ColdStarts, r.ScaleOutStarts),
		Columns: []report.Column{
			{Key: "figure", Title: "Figure"},
			{Key: "value", Title: "Value", Kind: report.Precise},
			{Key: "low95", Title: "From", Kind: report.Precise},
			{Key: "high95", Title: "To (95 %)", Kind: report.Precise},
			{Key: "analytic", Title: "Closed form", Kind: report.Precise},
		},
		GeneratedAt: a.now(), Book: a.paperAnalysis().Book,
	}
	body := map[string]any{
		"requests": r.Requests, "requests_per_run": float64(r.Requests) / float64(r.Runs),
		"cold_starts": r.ColdStarts, "scale_out_cold_starts": r.ScaleOutStarts,
		"runs": r.Runs, "measured_s": r.Measured,
		"analytic": theoryValues(r.Analytic.Exact), "analytic_basis": theoryBasis(r.Analytic.Exact),
		"approximation": theoryValues(r.Analytic.Approximate), "approximation_basis": theoryBasis(r.Analytic.Approximate),
	}
	for _, f := range r.Figures() {
		row := report.Row{Cells: []any{f.Name, nil, nil, nil, nil}}
		body[f.Name], body[f.Name+"_ci95"] = nil, nil
		if f.Known {
			row.Cells[1], row.Cells[2], row.Cells[3] = f.Value, f.Low, f.High
			body[f.Name], body[f.Name+"_ci95"] = f.Value, [2]float64{f.Low, f.High}
		}
		if v, ok := r.Analytic.Find(f.Name); ok {
			row.Cells[4] = v
		}
		t.Rows = append(t.Rows, row)
	}
	for _, w := range r.Warnings {
		t.Warnings = append(t.Warnings, model.Warning{Text: w})
	}
	if a.global.output != "json" {
		return a.write(t)
	}
	return report.WriteJSON(a.out, report.NewEnvelope(t.GeneratedAt, t.Book, t.Warnings), body)
}

func theoryValues(list []sim.TheoryValue) map[string]float64 {
	m := map[string]float64{}
	for _, v := range list {
		m[v.Figure] = v.Value
	}
	return m
}

func theoryBasis(list []sim.TheoryValue) map[string]string {
	m := map[string]string{}
	for _, v := range list {
		m[v.Figure] = v.Basis
	}
	return m
}
