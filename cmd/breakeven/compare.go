package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/model/capacity"
	"github.com/breakeven-dev/breakeven/model/compare"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/report"
)

// compareFlags describe a workload, or the queue of --erlang-c.
type compareFlags struct {
	window         windowFlags
	rate, peak     float64
	duration, cpu  time.Duration
	memory         int64
	arch, region   string
	slo, usage     string
	noBalancer     bool
	assume         compare.Assumptions
	erlang         bool
	load           float64
	servers        int
	given          func(string) bool
	resourceFilter []string
}

func newCompare(a *app) *cobra.Command {
	var f compareFlags
	cmd := &cobra.Command{
		Use:   "compare [RESOURCE ...]",
		Short: "Pay per use against servers, with break-even rates",
		Long: `Compare what runs on Lambda with the other ways to run it: the other
architecture, provisioned concurrency, Lambda Managed Instances, Fargate and
EC2, each bought in several ways. Where the load was collected, Fargate and EC2
also follow it, hour by hour, by target tracking (fargate-autoscaled,
ec2-autoscaled): with what waits and is turned away while new servers start.

Without arguments the whole account is compared, from what was collected;
with names or ARNs those functions; with --usage the functions of a usage
file; with --requests-per-second, --duration and --memory a workload that
only exists on paper. --erlang-c answers how long requests wait for servers.`,
		Example: `  breakeven compare
  breakeven compare orders-api
  breakeven compare --requests-per-second 10 --duration 120ms --memory 512 --slo 200ms@p99
  breakeven compare --erlang-c --offered-load 6 --servers 10`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.given = cmd.Flags().Changed
			f.resourceFilter = args
			return runCompare(cmd.Context(), a, &f)
		},
	}
	fs := cmd.Flags()
	f.window.register(fs)
	fs.Float64Var(&f.rate, "requests-per-second", 0, "mean arrival `rate` of a workload on paper")
	fs.Float64Var(&f.peak, "peak-requests-per-second", 0, "`rate` to size servers for (default: the mean)")
	fs.DurationVar(&f.duration, "duration", 0, "mean `time` a request takes, such as 120ms")
	fs.Int64Var(&f.memory, "memory", 128, "memory size in `MB`")
	fs.DurationVar(&f.cpu, "cpu-time", 0, "CPU `time` of a whole vCPU that a request takes (default: unknown)")
	fs.StringVar(&f.arch, "arch", string(unit.X86), "`architecture`: x86_64 or arm64")
	fs.StringVar(&f.region, "region", "us-east-1", "`region` whose prices hold")
	fs.StringVar(&f.slo, "slo", "", "latency `goal` such as 200ms@p99 of the named functions or the workload")
	fs.StringVar(&f.usage, "usage", "", "compare the Lambda functions of a usage `file`")
	fs.BoolVar(&f.noBalancer, "no-balancer", false, "leave the load balancer out of servers' costs")
	fs.Float64Var(&f.assume.Utilisation, "utilisation", 0.7, "how full servers may be in the peak, above 0 to 1")
	fs.IntVar(&f.assume.Servers, "min-servers", 2, "least `number` of servers")
	fs.Float64Var(&f.assume.OperatingHours, "operating-hours", 0, "`hours` a month that people spend on operating Fargate or EC2")
	fs.Float64Var(&f.assume.OperatingUSD, "operating-rate", 0, "`USD` that each of those hours costs")
	fs.BoolVar(&f.erlang, "erlang-c", false, "waiting for --servers under --offered-load, and nothing else")
	fs.Float64Var(&f.load, "offered-load", 0, "arrivals a second times seconds each, in `Erlangs`")
	fs.IntVar(&f.servers, "servers", 0, "`number` of servers")
	return cmd
}

func runCompare(ctx context.Context, a *app, f *compareFlags) error {
	paper := f.given("requests-per-second") || f.given("duration") || f.given("cpu-time")
	modes := 0
	for _, m := range []bool{f.erlang, f.usage != "", paper, len(f.resourceFilter) > 0} {
		if m {
			modes++
		}
	}
	if modes > 1 {
		return usageErrorf("give one of: RESOURCE names, --usage, a workload by --requests-per-second, or --erlang-c")
	}
	if !f.erlang && (f.given("offered-load") || f.given("servers")) {
		return usageErrorf("--offered-load and --servers belong to --erlang-c")
	}
	if f.assume.Utilisation <= 0 || f.assume.Utilisation > 1 || math.IsNaN(f.assume.Utilisation) {
		return usageErrorf("--utilisation %v: want a share above 0, at most 1", f.assume.Utilisation)
	}
	if f.assume.Servers < 1 || f.assume.Servers > 1e6 {
		return usageErrorf("--min-servers %d: want 1 or more", f.assume.Servers)
	}
	if err := f.operating(); err != nil {
		return err
	}
	switch {
	case f.erlang:
		return runErlang(a, f)
	case f.usage != "":
		return compareUsage(a, f)
	case paper:
		return comparePaper(a, f)
	}
	return compareCollected(ctx, a, f)
}

// operating checks what people's time is said to cost.
func (f *compareFlags) operating() error {
	hours, rate := f.assume.OperatingHours, f.assume.OperatingUSD
	switch {
	case !(hours >= 0 && hours <= 1e5):
		return usageErrorf("--operating-hours %v: want 0 to 100,000 hours a month", hours)
	case !(rate >= 0 && rate <= 1e5):
		return usageErrorf("--operating-rate %v: want 0 to 100,000 USD an hour", rate)
	case (hours > 0) != (rate > 0):
		return usageErrorf("--operating-hours and --operating-rate belong together: hours a month, and USD for each")
	}
	return nil
}

// comparison is a workload's name and its answer.
type comparison struct {
	name, resource string
	result         model.Comparison
}

// comparePaper compares a workload given by flags.
func comparePaper(a *app, f *compareFlags) error {
	w, err := f.workload()
	if err != nil {
		return err
	}
	c := compare.Run(w, compare.NewCatalog(a.book()), compare.Options{Assumptions: f.assume, Curves: true})
	return a.writeComparisons(a.paperAnalysis(), []comparison{{name: "the workload", result: c}})
}

// paperAnalysis is the frame of answers that need no data.
func (a *app) paperAnalysis() model.Analysis {
	book := a.book()
	return model.Analysis{GeneratedAt: a.now(), Book: model.BookInfo{Version: book.Version(), AsOf: book.AsOf()}}
}

// workload reads the flags of a workload on paper.
func (f *compareFlags) workload() (compare.Workload, error) {
	arch := unit.Architecture(f.arch)
	seconds := f.duration.Seconds()
	w := compare.Workload{
		Region: unit.Region(f.region), Architecture: arch, Memory: unit.MiB(f.memory),
		RatePerSecond: f.rate, PeakPerSecond: f.peak, Seconds: seconds, RequestDriven: !f.noBalancer,
	}
	switch {
	case !(f.rate > 0) || f.rate > 1e9:
		return w, usageErrorf("--requests-per-second %v: want a number above 0, at most 1e9", f.rate)
	case f.peak < 0 || math.IsNaN(f.peak) || f.peak > 1e9:
		return w, usageErrorf("--peak-requests-per-second %v: want a number of 0 to 1e9", f.peak)
	case f.duration <= 0 || f.duration > 15*time.Minute:
		return w, usageErrorf("--duration %s: want more than 0, at most 15m, Lambda's longest", f.duration)
	case f.memory < 128 || f.memory > 10240:
		return w, usageErrorf("--memory %d: Lambda has 128 to 10240 MB", f.memory)
	case f.cpu < 0 || f.cpu > 6*f.duration:
		return w, usageErrorf("--cpu-time %s: want 0 to %s, six vCPUs over the whole duration", f.cpu, 6*f.duration)
	case arch != unit.X86 && arch != unit.ARM:
		return w, usageErrorf("--arch %q: want %s or %s", f.arch, unit.X86, unit.ARM)
	case w.Region.InChina():
		return w, usageErrorf("--region %s: prices there are not in USD, the price book has none", f.region)
	}
	w.CPUSeconds, w.MemoryGB = compare.UnknownCPU(seconds, w.Memory), compare.KnownMemory(w.Memory)
	if f.given("cpu-time") {
		w.CPUSeconds, w.CPUKnown = compare.KnownCPU(f.cpu.Seconds()), true
	}
	goal, err := f.goal()
	if err != nil {
		return w, err
	}
	w.Goal = goal
	w = compare.WithPriorColdStarts(w)
	return w, nil
}

// goal is what --slo says, nil without it.
func (f *compareFlags) goal() (*compare.Goal, error) {
	if f.slo == "" {
		return nil, nil
	}
	goal, err := parseSLO(f.slo)
	return &goal, err
}

// parseSLO reads "200ms@p99".
func parseSLO(s string) (compare.Goal, error) {
	limit, quantile, ok := strings.Cut(s, "@p")
	d, err := time.ParseDuration(limit)
	q, err2 := strconv.ParseFloat(quantile, 64)
	if !ok || err != nil || err2 != nil || d <= 0 || !(q > 0 && q < 100) {
		return compare.Goal{}, usageErrorf("--slo %q: want a goal such as 200ms@p99", s)
	}
	return compare.Goal{Seconds: d.Seconds(), Quantile: q / 100}, nil
}

// compareUsage compares the functions of a usage file.
func compareUsage(a *app, f *compareFlags) error {
	u, err := readUsage(a, f.usage)
	if err != nil {
		return err
	}
	goal, err := f.goal()
	if err != nil {
		return err
	}
	catalog := compare.NewCatalog(a.book())
	var list []comparison
	for _, n := range compare.FromUsage(u, catalog) {
		n.Workload.Goal = goal
		if f.noBalancer {
			n.Workload.RequestDriven = false
		}
		list = append(list, comparison{name: n.Name, result: compare.Run(n.Workload, catalog, compare.Options{Assumptions: f.assume, Curves: true})})
	}
	if len(list) == 0 {
		return usageErrorf("%s has no resource of service lambda to compare", f.usage)
	}
	return a.writeComparisons(a.paperAnalysis(), list)
}

// compareCollected compares what was collected: the account, or the named
// functions.
func compareCollected(ctx context.Context, a *app, f *compareFlags) error {
	goal, err := f.goal()
	if err != nil {
		return err
	}
	if goal != nil && len(f.resourceFilter) == 0 {
		return usageErrorf("--slo is about one function's latency: give its name, or a workload by --requests-per-second or --usage")
	}
	opt := analyze.Options{Servers: f.assume, SkipAdvice: true}
	if goal != nil {
		opt.Goal = func(key model.ResourceKey) *compare.Goal {
			if !slices.Contains(f.resourceFilter, key.Name) && !slices.Contains(f.resourceFilter, string(key.ID)) {
				return nil
			}
			return goal
		}
	}
	an, err := a.loadAnalysis(ctx, f.window, opt)
	if err != nil {
		return err
	}
	list := []comparison{{name: "the account", result: an.Compare}}
	if len(f.resourceFilter) > 0 {
		if list, err = named(an, f.resourceFilter); err != nil {
			return err
		}
	}
	if err := a.writeComparisons(an, list); err != nil {
		return err
	}
	return a.complete(an)
}

// named picks the functions that bear a name or ARN.
func named(an model.Analysis, names []string) ([]comparison, error) {
	var list []comparison
	for _, name := range names {
		found := false
		for _, fn := range an.Functions {
			if fn.Key.Name == name || string(fn.Key.ID) == name {
				found = true
				list = append(list, comparison{name: fn.Key.Name, resource: string(fn.Key.ID), result: fn.Compare})
			}
		}
		if !found {
			return nil, usageErrorf("no function is called %q: see breakeven functions", textsafe.Line(name))
		}
	}
	return list, nil
}

// writeComparisons prints one table a workload; in JSON, one object with the
// keys of the only workload, or a list of them. Options that the book cannot
// price are named on stderr.
func (a *app) writeComparisons(an model.Analysis, list []comparison) error {
	var err error
	if a.global.output == "json" && len(list) > 1 {
		err = a.writeComparisonList(an, list)
	} else {
		for _, c := range list {
			err = errors.Join(err, a.write(comparisonTable(an, c)))
		}
	}
	if err != nil {
		return err
	}
	return a.unpriced(list)
}

func comparisonTable(an model.Analysis, c comparison) report.Table {
	t := report.Compare(an, c.result, c.name)
	if c.resource != "" {
		t.Facts["resource_id"] = c.resource
	}
	t.Facts["name"] = c.name
	if an.Window.From.IsZero() { // on paper: no data, no window
		for _, key := range []string{"window", "coverage"} {
			delete(t.Facts, key)
		}
	}
	return t
}

func (a *app) writeComparisonList(an model.Analysis, list []comparison) error {
	var all []map[string]json.RawMessage
	var warnings []model.Warning
	for _, c := range list {
		t := comparisonTable(an, c)
		o, err := tableBody(t)
		if err != nil {
			return err
		}
		all = append(all, o)
		for _, w := range t.Warnings {
			if !slices.Contains(warnings, w) {
				warnings = append(warnings, w)
			}
		}
	}
	return report.WriteJSON(a.out, report.NewEnvelope(an.GeneratedAt, an.Book, warnings), map[string]any{"comparisons": all})
}

// tableBody is a table's JSON without the head that every document has.
func tableBody(t report.Table) (map[string]json.RawMessage, error) {
	var whole bytes.Buffer
	if err := report.Write(&whole, t, "json", report.Layout{}); err != nil {
		return nil, err
	}
	var body map[string]json.RawMessage
	if err := json.Unmarshal(whole.Bytes(), &body); err != nil {
		return nil, err
	}
	for _, key := range []string{"schema_version", "generated_at", "currency", "price_book"} {
		delete(body, key)
	}
	return body, nil
}

// unpriced exits with 3 where an option has no price, after naming each.
func (a *app) unpriced(list []comparison) error {
	var said []string
	for _, c := range list {
		for _, w := range c.result.Warnings {
			if w.Code == model.CodePriceMissing && !slices.Contains(said, w.Text) {
				said = append(said, w.Text)
				fmt.Fprintln(a.err, "breakeven:", textsafe.Line(w.Text))
			}
		}
	}
	if len(said) > 0 {
		return &exitError{code: exitIncomplete}
	}
	return nil
}

// runErlang answers how long requests wait.
func runErlang(a *app, f *compareFlags) error {
	if f.servers < 1 || f.servers > 1e7 {
		return usageErrorf("--servers %d: want 1 to 10,000,000", f.servers)
	}
	if !(f.load >= 0) || math.IsInf(f.load, 1) || !f.given("offered-load") {
		return usageErrorf("--offered-load %v: want a number of Erlangs, 0 or more", f.load)
	}
	var wait any
	if w, ok := capacity.MeanWait(f.servers, f.load); ok {
		wait = w
	}
	t := report.Table{
		Name: "queue", Title: fmt.Sprintf("Waiting for %d servers under %v Erlangs (M/M/c)", f.servers, f.load),
		Columns: []report.Column{
			{Key: "servers", Title: "Servers", Kind: report.Count},
			{Key: "offered_load", Title: "Erlangs", Kind: report.Number},
			{Key: "wait_probability", Title: "P(wait)", Kind: report.Number},
			{Key: "mean_wait_over_service", Title: "Mean wait/service", Kind: report.Number},
		},
		Rows:        []report.Row{{Cells: []any{int64(f.servers), f.load, capacity.ErlangC(f.servers, f.load), wait}}},
		GeneratedAt: a.now(), Book: a.paperAnalysis().Book,
	}
	if a.global.output != "json" {
		return a.write(t)
	}
	return report.WriteJSON(a.out, report.NewEnvelope(t.GeneratedAt, t.Book, nil), map[string]any{
		"servers": f.servers, "offered_load": f.load,
		"wait_probability": capacity.ErlangC(f.servers, f.load), "mean_wait_over_service": wait,
	})
}
