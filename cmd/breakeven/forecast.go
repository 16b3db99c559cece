package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/forecast"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/report"
)

func newForecast(a *app) *cobra.Command {
	var file string
	var o forecast.Options
	cmd := &cobra.Command{
		Use:   "forecast --series FILE",
		Short: "Continue a series of numbers, with 95 % intervals and a back-test",
		Long: `Continue an evenly spaced series, such as hourly requests or cost: several
seasonal methods, weighted by how well each did on the newest steps it was not
shown. Under two weeks (14 seasons) before the held-out steps, the last season
is repeated. The back-test says how far the same method missed the last steps
of the series, with neither weights nor intervals having seen them.

FILE is CSV with the columns ts and value (- reads standard input). A ts is a
counter, RFC 3339, or a date with or without a time, which is taken as UTC.
Missing steps are filled with the value a season before, named on stderr, left
out of the back-test, and make the exit code 3. A series that was never
negative is not forecast below zero, nor is its interval.

Exits with 2 where a line cannot be read, and where the series is too short:
under two seasons, or under a season and a step before the held-out ones.`,
		Example: `  breakeven forecast --series requests.csv
  breakeven forecast --series requests.csv --season 24 --horizon 48 -o json
  breakeven query "SELECT ts, sum(cost_usd) AS value FROM hourly_costs
    GROUP BY ts ORDER BY ts" -o csv | breakeven forecast --series -

  # requests.csv
  ts,value
  2026-11-01T00:00:00Z,1042
  2026-11-01T01:00:00Z,977`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return runForecast(a, file, o) },
	}
	fs := cmd.Flags()
	fs.StringVar(&file, "series", "", "CSV `file` of ts,value, or - for standard input")
	fs.IntVar(&o.Season, "season", 24, "`steps` after which the pattern comes back")
	fs.IntVar(&o.Horizon, "horizon", 48, "`steps` to forecast and to back-test")
	return cmd
}

func runForecast(a *app, file string, o forecast.Options) error {
	switch {
	case file == "":
		return usageErrorf("--series is missing: want a CSV file of ts,value, or - for standard input")
	case o.Season < 1 || o.Season > forecast.MaxValues:
		return usageErrorf("--season %d: want 1 to %d steps", o.Season, forecast.MaxValues)
	case o.Horizon < 1 || o.Horizon > forecast.MaxValues:
		return usageErrorf("--horizon %d: want 1 to %d steps", o.Horizon, forecast.MaxValues)
	}
	s, name, err := readSeries(a, file, o.Season)
	if err != nil {
		return err
	}
	r, err := forecast.Run(s, o)
	if err != nil {
		return withCode(exitUsage, fmt.Errorf("%s: %w", name, err))
	}
	if err := a.write(forecastTable(a, r, s, o)); err != nil {
		return err
	}
	return a.filled(name, s)
}

// readSeries reads a series' CSV; name is how errors call it.
func readSeries(a *app, file string, season int) (s forecast.Series, name string, err error) {
	in, name := a.in, "standard input"
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return s, file, withCode(exitUsage, fmt.Errorf("reading the series: %w", err))
		}
		defer f.Close()
		in, name = f, file
	}
	data, err := io.ReadAll(io.LimitReader(in, forecast.MaxBytes+1))
	if err != nil {
		return s, name, withCode(exitUsage, fmt.Errorf("reading the series %s: %w", name, err))
	}
	s, err = forecast.Parse(name, data, season)
	return s, name, withCode(exitUsage, err)
}

// filled names the gaps of a series on stderr: exit 3 if there are any.
func (a *app) filled(name string, s forecast.Series) error {
	for i, g := range s.Gaps {
		if i == gapsNamed {
			fmt.Fprintf(a.err, "breakeven: %s: and %d more gaps, %d missing steps in all\n", textsafe.Line(name), len(s.Gaps)-i, s.Missing())
			break
		}
		fmt.Fprintln(a.err, "breakeven:", textsafe.Line(fmt.Sprintf("%s line %d: %d steps are missing after %q: filled with the values a season before", name, g.Line, g.Steps, g.After)))
	}
	if len(s.Gaps) > 0 {
		return &exitError{code: exitIncomplete}
	}
	return nil
}

func forecastTable(a *app, r forecast.Result, s forecast.Series, o forecast.Options) report.Table {
	t := report.Table{
		Name:  "forecast",
		Title: fmt.Sprintf("The next %d steps after %d, with a season of %d", o.Horizon, len(s.Values), o.Season),
		Columns: []report.Column{
			{Key: "step", Title: "Step", Kind: report.Count},
			{Key: "value", Title: "Forecast", Kind: report.Number},
			{Key: "low95", Title: "Low 95 %", Kind: report.Number},
			{Key: "high95", Title: "High 95 %", Kind: report.Number},
		},
		Total: []any{nil, r.Total.Value, r.Total.Low95, r.Total.High95},
		Notes: forecastNotes(r, o),
		Facts: map[string]any{
			"method": r.Method, "weights": r.Weights, "total": r.Total, "backtest": r.Backtest, "season": o.Season, "horizon": o.Horizon,
		},
		GeneratedAt: a.now(), Book: a.paperAnalysis().Book,
	}
	for _, step := range r.Steps {
		t.Rows = append(t.Rows, report.Row{Cells: []any{int64(step.Step), step.Value, step.Low95, step.High95}})
	}
	if n := s.Missing(); n > 0 {
		t.Warnings = append(t.Warnings, model.Warning{Code: "gap", Text: fmt.Sprintf("%d missing steps of the series were filled with the values a season before", n)})
	}
	return t
}

// forecastNotes say below the table what was done and how good it is.
func forecastNotes(r forecast.Result, o forecast.Options) []string {
	var parts []string
	for _, w := range r.Weights {
		parts = append(parts, fmt.Sprintf("%s %.0f %%", w.Name, 100*w.Share))
	}
	b := r.Backtest
	notes := []string{
		"The last line is the sum of the steps, with an interval of its own: misses partly cancel out.",
		"Method: " + strings.Join(parts, ", ") + ".",
		fmt.Sprintf("Back-test on the last %d steps, unseen: sMAPE %.1f %% (repeating the last season: %.1f %%), %.0f %% of the steps within their interval.", o.Horizon, b.SMAPE, b.SeasonalNaiveSMAPE, 100*b.Coverage),
	}
	if b.MASE != nil {
		notes = append(notes, fmt.Sprintf("MASE %.2f: the mean miss over that of repeating the last season, before the held-out steps.", *b.MASE))
	}
	return notes
}
