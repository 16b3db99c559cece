package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/rightsize"
	"github.com/breakeven-dev/breakeven/model/rightsize/powertuning"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/report"
)

// rightsizeFlags describe what is known of one function.
type rightsizeFlags struct {
	measured, cpu string
	tuning        string
	arch, region  string
	used          int64
	invocations   int64
	given         func(string) bool
}

func newRightsize(a *app) *cobra.Command {
	var f rightsizeFlags
	cmd := &cobra.Command{
		Use:   "rightsize",
		Short: "Duration and cost of a function at every memory size",
		Long: `Predict how long a Lambda function runs at the memory sizes that were not
measured, with the range that holds nine in ten, what a million invocations
cost there, and the cheapest, the fastest and the balanced size.

Two measured sizes or more give a prediction; one size does with the CPU time
of an invocation (Lambda Insights, cpu_total_time). One size alone gives
bounds and no choice: a guess from it is wrong by half or more.`,
		Example: `  breakeven rightsize --measured 512:1200ms,1024:640ms
  breakeven rightsize --measured 512:1200ms --cpu-time 400ms@512 --max-memory-used 180
  breakeven rightsize --power-tuning execution.json --arch arm64`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.given = cmd.Flags().Changed
			return runRightsize(a, &f)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.measured, "measured", "", "mean durations by memory size in MB, such as `512:1200ms,1024:640ms`")
	fs.StringVar(&f.tuning, "power-tuning", "", "result of AWS Lambda Power Tuning: a JSON `file or URL`, \"-\" for stdin; nothing is fetched")
	fs.StringVar(&f.cpu, "cpu-time", "", "CPU time of an invocation at a measured size, such as `400ms@512`")
	fs.Int64Var(&f.used, "max-memory-used", 0, "largest memory used, in `MB`: no smaller size than 1.2 times it is chosen")
	fs.Int64Var(&f.invocations, "invocations", 0, "invocations a month, `N`, to price them")
	fs.StringVar(&f.arch, "arch", string(unit.X86), "`architecture`: x86_64 or arm64")
	fs.StringVar(&f.region, "region", "us-east-1", "`region` whose prices hold")
	return cmd
}

func runRightsize(a *app, f *rightsizeFlags) error {
	evidence, err := f.evidence(a)
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	fit, err := rightsize.New(evidence)
	if err != nil {
		return withCode(exitUsage, err)
	}
	prices, err := rightsize.PricesOf(a.book(), unit.Region(f.region), unit.Architecture(f.arch))
	if missing := (*price.MissingError)(nil); errors.As(err, &missing) {
		return usageErrorf("--region %s: %w", f.region, err)
	} else if err != nil {
		return err
	}
	choice := fit.Choose(prices, rightsize.Floor(unit.MiB(f.used)))
	return a.write(f.table(a, evidence, choice, prices))
}

// evidence reads the measurements.
func (f *rightsizeFlags) evidence(a *app) (rightsize.Evidence, error) {
	var e rightsize.Evidence
	var err error
	switch {
	case f.tuning != "" && f.given("measured"):
		return e, usageErrorf("give one of --measured and --power-tuning")
	case f.tuning != "":
		e.PowerTuning = true
		e.Measured, err = readPowerTuning(a, f.tuning)
	default:
		e.Measured, err = parseMeasured(f.measured)
	}
	if err != nil {
		return e, err
	}
	if f.cpu != "" {
		e.CPU, err = parseCPUTime(f.cpu)
	}
	return e, err
}

// check refuses flags that no function can have.
func (f *rightsizeFlags) check() error {
	arch := unit.Architecture(f.arch)
	switch {
	case arch != unit.X86 && arch != unit.ARM:
		return usageErrorf("--arch %q: want %s or %s", f.arch, unit.X86, unit.ARM)
	case f.given("max-memory-used") && (f.used < 1 || f.used > int64(rightsize.MaxMemory)):
		return usageErrorf("--max-memory-used %d: want 1 to %d MB", f.used, int64(rightsize.MaxMemory))
	case f.invocations < 0 || f.invocations > 1e15:
		return usageErrorf("--invocations %d: want 0 to 1e15 a month", f.invocations)
	case unit.Region(f.region).InChina():
		return usageErrorf("--region %s: prices there are not in USD, the price book has none", f.region)
	}
	return nil
}

// readPowerTuning reads a file, standard input or the URL itself.
func readPowerTuning(a *app, name string) ([]rightsize.Measurement, error) {
	data := []byte(name)
	if strings.Contains(name, "#") {
		name = "the URL"
	} else {
		in := a.in
		if name == "-" {
			name = "standard input"
		} else {
			f, err := os.Open(name)
			if err != nil {
				return nil, withCode(exitUsage, fmt.Errorf("--power-tuning: %w", err))
			}
			defer f.Close()
			in = f
		}
		var err error
		if data, err = io.ReadAll(io.LimitReader(in, powertuning.MaxBytes+1)); err != nil {
			return nil, withCode(exitUsage, fmt.Errorf("--power-tuning: reading %s: %w", name, err))
		}
	}
	points, err := powertuning.Parse(data)
	if err != nil {
		return nil, usageErrorf("--power-tuning: %s: %w", textsafe.Line(name), err)
	}
	return powertuning.Measurements(points), nil
}

// parseMeasured reads "512:1200ms,1024:640ms".
func parseMeasured(s string) ([]rightsize.Measurement, error) {
	if strings.TrimSpace(s) == "" {
		return nil, usageErrorf("--measured: give at least one size, such as 512:1200ms, or --power-tuning")
	}
	var list []rightsize.Measurement
	for part := range strings.SplitSeq(s, ",") {
		size, length, ok := strings.Cut(strings.TrimSpace(part), ":")
		memory, err := strconv.ParseInt(size, 10, 32)
		d, err2 := time.ParseDuration(length)
		if !ok || err != nil || err2 != nil {
			return nil, usageErrorf("--measured %q: want a size in MB and a duration, such as 512:1200ms", part)
		}
		list = append(list, rightsize.Measurement{Memory: unit.MiB(memory), Duration: d})
	}
	return list, nil
}

// parseCPUTime reads "400ms@512".
func parseCPUTime(s string) (*rightsize.CPUTime, error) {
	length, size, ok := strings.Cut(strings.TrimSpace(s), "@")
	memory, err := strconv.ParseInt(size, 10, 32)
	d, err2 := time.ParseDuration(length)
	if !ok || err != nil || err2 != nil {
		return nil, usageErrorf("--cpu-time %q: want a time and the size in MB it was measured at, such as 400ms@512", s)
	}
	return &rightsize.CPUTime{Memory: unit.MiB(memory), Time: d}, nil
}

// table lays the choice out.
func (f *rightsizeFlags) table(a *app, e rightsize.Evidence, c rightsize.Choice, prices rightsize.Prices) report.Table {
	monthly := f.given("invocations")
	t := report.Table{
		Name: "curve", Title: "Duration and cost by memory, evidence " + string(c.Grade),
		Columns: []report.Column{
			{Key: "memory_mb", Title: "Memory", Kind: report.Memory},
			{Key: "duration_ms", Title: "Duration ms", Kind: report.Millis},
			{Key: "duration_low_ms", Title: "Low", Kind: report.Millis},
			{Key: "duration_high_ms", Title: "High", Kind: report.Millis},
			{Key: "cost_per_million_usd", Bounds: "cost_per_million", Title: "Per million", Kind: report.Money},
			{Key: "measured", Title: "Measured", Kind: report.Flag},
			{Key: "choice", Title: "Choice", Show: report.PrintOnly, Blank: true},
		},
		Facts: map[string]any{
			"cheapest_mb": sizeOrNil(c.Cheapest), "fastest_mb": sizeOrNil(c.Fastest), "balanced_mb": sizeOrNil(c.Balanced),
			"floor_mb": c.Floor, "grade": c.Grade, "evidence": e.Sentence(), "region": f.region, "architecture": f.arch,
		},
		Notes: []string{
			"Evidence " + string(c.Grade) + ", " + e.Sentence() + ".",
			"A function measured again a month later differs by 5 % on average: smaller differences are none.",
		},
		GeneratedAt: a.now(), Book: a.paperAnalysis().Book,
	}
	if monthly {
		t.Columns = slices.Insert(t.Columns, 5, report.Column{Key: "monthly_cost_usd", Bounds: "monthly_cost", Title: "Per month", Kind: report.Money})
		t.Facts["invocations"] = f.invocations
	}
	for _, o := range c.Curve {
		cost := costOf(o, prices)
		cells := []any{o.Memory, nil, inMillis(o.Low), inMillis(o.High), cost, o.Measured, choiceOf(o, c)}
		if o.Known {
			cells[1] = inMillis(o.Duration)
		}
		if monthly {
			share := unit.QuantityOf(f.invocations).Div(unit.QuantityOf(1_000_000))
			cells = slices.Insert(cells, 5, any(cost.Scale(share)))
		}
		t.Rows = append(t.Rows, report.Row{Cells: cells})
	}
	return t
}

// costOf is what a million invocations cost, from the low end of the duration
// to the high one.
func costOf(o rightsize.Option, prices rightsize.Prices) model.Cost {
	if !o.Known {
		return model.UnknownCost
	}
	return model.Cost{
		Low: prices.PerMillion(o.Memory, o.Low), Likely: o.PerMillion, High: prices.PerMillion(o.Memory, o.High),
	}
}

func inMillis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func sizeOrNil(m unit.MiB) any {
	if m == 0 {
		return nil
	}
	return m
}

// choiceOf names the strategies that choose the size.
func choiceOf(o rightsize.Option, c rightsize.Choice) any {
	var said []string
	for _, s := range []struct {
		size unit.MiB
		name string
	}{{c.Cheapest, "cheapest"}, {c.Fastest, "fastest"}, {c.Balanced, "balanced"}} {
		if s.size == o.Memory {
			said = append(said, s.name)
		}
	}
	if o.Memory < c.Floor {
		said = append(said, fmt.Sprintf("under the floor of %s", c.Floor))
	}
	if len(said) == 0 {
		return nil
	}
	return strings.Join(said, ", ")
}
