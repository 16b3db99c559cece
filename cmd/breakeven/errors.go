package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/collect"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/report"
	"github.com/breakeven-dev/breakeven/store"
)

// errorsFlags are the flags of errors.
type errorsFlags struct {
	since, region, profile, roleARN, externalID, maxCost string
	top                                                  int
	yes                                                  bool
}

func newErrors(a *app) *cobra.Command {
	var f errorsFlags
	cmd := &cobra.Command{
		Use:   "errors FUNCTION",
		Short: "The most frequent error messages and slowest requests of a function, read from its log now",
		Long: `errors reads the log of a collected function with CloudWatch Logs Insights: its
most frequent error messages, ids and numbers left out so that alike ones count
together, and its slowest requests with their request and X-Ray trace ids.

AWS bills what is read by the GB, twice, once a question. What that may cost is
said before, and asked about unless --yes or --max-cost answers. It is estimated
from the size of the log group and the share that --since has of its age.

Messages are shown and not stored. Which lines speak of errors is told by their
words: error, exception, fatal, panic, traceback, timed out.`,
		Example: `  breakeven errors checkout-api
  breakeven errors checkout-api --since 6h --max-cost 0.05`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := cobra.ExactArgs(1)(cmd, args); err != nil {
				return usageErrorf("errors: want the name or ARN of one function, such as: breakeven errors checkout-api")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.errors(cmd.Context(), args[0], f) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.since, "since", "1d", "`how far back`: "+sinceHelp)
	fs.IntVar(&f.top, "top", 10, "so many messages and requests, 1 to 100")
	fs.StringVar(&f.region, "region", "", "`region` of the function, where several have one of its name")
	fs.StringVar(&f.profile, "profile", "", "`profile` of the AWS configuration")
	fs.StringVar(&f.roleARN, "role-arn", "", "`role` to take on")
	fs.StringVar(&f.externalID, "external-id", "", "external `id` that the role asks for")
	fs.StringVar(&f.maxCost, "max-cost", "", "do not ask, and refuse with exit code 5 what may cost more than `USD`")
	fs.BoolVar(&f.yes, "yes", false, "do not ask")
	return cmd
}

// errors prices, asks, reads and shows.
func (a *app) errors(ctx context.Context, name string, f errorsFlags) error {
	if f.top < 1 || f.top > 100 {
		return usageErrorf("--top %d: want 1 to 100", f.top)
	}
	fn, err := a.functionNamed(ctx, name, f.region)
	if err != nil {
		return err
	}
	cf := collectFlags{
		since: f.since, maxCost: f.maxCost, regions: []string{string(fn.Key.Region)}, roleARN: f.roleARN, externalID: f.externalID,
		reports: string(collect.ReportsInsights), concurrency: 4, // both queries and their polling
	}
	if f.profile != "" {
		cf.profiles = []string{f.profile}
	}
	o, err := a.collectOptions(&cf)
	if err != nil {
		return err
	}
	o.Progress = nil
	c, err := collect.New(ctx, o)
	if err != nil {
		return collectError(ctx, err)
	}
	log := collect.FunctionLog{Key: fn.Key, Group: fn.Config.LogGroup, JSON: strings.EqualFold(fn.Config.LogFormat, "json")}
	plan, err := c.PriceTroubles(ctx, log, o.Window)
	if err != nil {
		return errorsError(ctx, err)
	}
	if err := a.agreed(f.yes, o.MaxCost, plan.Cost, scanText(plan, fn.Key)); err != nil {
		return err
	}
	found, err := c.Troubles(ctx, log, o.Window, f.top)
	a.recordCalls(ctx, "errors", c.Calls())
	if err != nil {
		return errorsError(ctx, err)
	}
	return a.writeTroubles(fn.Key, found)
}

// errorsError is wrong usage where the credentials are another account's.
func errorsError(ctx context.Context, err error) error {
	if errors.Is(err, collect.ErrNoTarget) {
		return withCode(exitUsage, err)
	}
	return collectError(ctx, err)
}

// functionNamed finds one collected function by name or ARN.
func (a *app) functionNamed(ctx context.Context, name, region string) (store.NamedFunction, error) {
	r, err := a.openReader(ctx)
	if err != nil {
		return store.NamedFunction{}, err
	}
	all, err := r.FunctionsNamed(ctx, name)
	if err = errors.Join(err, r.Close()); err != nil {
		return store.NamedFunction{}, err
	}
	all = slices.DeleteFunc(all, func(f store.NamedFunction) bool { return region != "" && string(f.Key.Region) != region })
	shown := textsafe.Line(name)
	switch {
	case len(all) == 0:
		return store.NamedFunction{}, usageErrorf("no function %s was collected: see \"breakeven functions\"", shown)
	case len(all) > 1:
		return store.NamedFunction{}, usageErrorf("there are %d functions %s: give --region, or the ARN", len(all), shown)
	case all[0].Config.LogGroup == "":
		return store.NamedFunction{}, usageErrorf("the log group of %s is not known: collect it first", shown)
	}
	return all[0], nil
}

func scanText(s collect.Scan, k model.ResourceKey) string {
	text := fmt.Sprintf("reading about %s of the log of %s costs about %s", bytesText(s.Bytes), textsafe.Line(k.Name), smallCost(s.Cost))
	if s.Unpriced {
		text += fmt.Sprintf(" at us-east-1's price (the book has none for %s)", k.Region)
	}
	return text
}

// bytesText is an amount of a log as it is billed, in GB of 10^9 bytes, or MB.
func bytesText(n int64) string {
	if n < 1e8 {
		return fmt.Sprintf("%.1f MB", megabytes(n))
	}
	return fmt.Sprintf("%.2f GB", float64(n)/1e9)
}

// smallCost is a cost to a hundredth of a cent.
func smallCost(u unit.USD) string {
	if u.Sign() > 0 && u.Cmp(unit.MustUSD("0.0001")) < 0 {
		return "less than $0.0001"
	}
	return "$" + u.StringFixed(4)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// agreed says what something costs before it is done, and asks unless a flag
// has answered. Without anybody to ask it is refused.
func (a *app) agreed(yes bool, limit *unit.USD, cost unit.USD, text string) error {
	if limit != nil {
		if cost.Cmp(*limit) > 0 {
			return withCode(exitRefused, fmt.Errorf("%s, --max-cost is $%s", text, limit.StringFixed(4)))
		}
		yes = true
	}
	if yes {
		if !a.global.quiet {
			fmt.Fprintln(a.err, text)
		}
		return nil
	}
	if !a.interactive() {
		return withCode(exitRefused, fmt.Errorf("%s: give --yes to do it", text))
	}
	fmt.Fprintf(a.err, "%s. Go on? [y/N] ", text)
	answer, err := bufio.NewReader(a.in).ReadString('\n')
	if said := strings.ToLower(strings.TrimSpace(answer)); err == nil && (said == "y" || said == "yes") {
		return nil
	}
	return withCode(exitRefused, errors.New("nothing was read, and nothing billed"))
}

// recordCalls adds calls made outside of a collection to those that the database
// knows of. What they brought is worth showing though that should fail.
func (a *app) recordCalls(ctx context.Context, purpose string, calls []store.Call) {
	path, err := a.dbPath()
	if err == nil {
		var w *store.Writer
		if w, err = store.OpenWriter(ctx, path, store.Options{Now: a.now(), Purpose: purpose}); err == nil {
			err = errors.Join(w.RecordCalls(ctx, calls), w.Close(ctx))
		}
	}
	if err != nil {
		fmt.Fprintf(a.err, "note: the calls made are not in the database: %v\n", err)
	}
}

// writeTroubles prints both tables; as data the slowest requests stand beside
// the rows of messages.
func (a *app) writeTroubles(k model.ResourceKey, t collect.Troubles) error {
	messages, slowest := errorsTable(k, t), slowestTable(t)
	head := a.head()
	for _, table := range []*report.Table{&messages, &slowest} {
		table.GeneratedAt, table.Book = head.GeneratedAt, head.PriceBook
	}
	if err := a.write(messages); err != nil {
		return err
	}
	if slices.Contains([]string{"table", "wide", "markdown"}, a.global.output) {
		fmt.Fprintln(a.out)
		return a.write(slowest)
	}
	return nil
}

func errorsTable(k model.ResourceKey, t collect.Troubles) report.Table {
	out := report.Table{
		Name:  "errors",
		Title: fmt.Sprintf("Errors of %s, %s to %s (UTC)", k.Name, t.Window.From.Format("2006-01-02 15:04"), t.Window.To.Format("2006-01-02 15:04")),
		Columns: []report.Column{
			{Key: "message", Title: "Message", Shrink: true},
			{Key: "count", Title: "Lines", Kind: report.Count},
			{Key: "first", Title: "First", Kind: report.Instant, Spare: 2},
			{Key: "last", Title: "Last", Kind: report.Instant, Spare: 1},
			{Key: "request_id", Title: "A request", Spare: 3, Blank: true},
		},
		Facts: map[string]any{
			"function": k, "window": t.Window, "error_lines": t.Lines, "cut": t.Cut,
			"scanned_bytes": t.Scan.Bytes, "scan_cost_usd": nil, "slowest": slowestFacts(t.Slowest),
		},
	}
	for _, e := range t.Errors {
		out.Rows = append(out.Rows, report.Row{Cells: []any{e.Text, e.Count, e.First, e.Last, textCell(e.Request)}})
	}
	cost := "of unknown price in this region"
	if !t.Scan.Unpriced {
		cost = smallCost(t.Scan.Cost)
		out.Facts["scan_cost_usd"] = t.Scan.Cost
	}
	out.Notes = []string{fmt.Sprintf("%d lines speak of errors. Read: %s, %s.", t.Lines, bytesText(t.Scan.Bytes), cost)}
	if t.Cut {
		out.Notes = append(out.Notes, "There are more: these are the newest. Ask for less with --since.")
	}
	return out
}

func slowestTable(t collect.Troubles) report.Table {
	out := report.Table{
		Name: "slowest", Title: "Slowest requests",
		Columns: []report.Column{
			{Key: "ts", Title: "When", Kind: report.Instant},
			{Key: "duration_ms", Title: "Duration", Kind: report.Millis},
			{Key: "init_ms", Title: "Init", Kind: report.Millis, Blank: true, Spare: 1},
			{Key: "max_memory_used_mb", Title: "Memory", Kind: report.Memory, Spare: 2},
			{Key: "request_id", Title: "Request"},
			{Key: "trace_id", Title: "Trace"},
		},
	}
	for _, s := range t.Slowest {
		var init any
		if s.Init > 0 {
			init = milliseconds(s.Init)
		}
		out.Rows = append(out.Rows, report.Row{Cells: []any{s.At, milliseconds(s.Duration), init, s.Used, s.Request, textCell(s.Trace)}})
	}
	return out
}

// slowestFacts are the slowest requests as data.
func slowestFacts(list []collect.SlowRequest) []map[string]any {
	out := []map[string]any{}
	for _, s := range list {
		out = append(out, map[string]any{
			"ts": s.At.Format(time.RFC3339Nano), "request_id": s.Request, "trace_id": textCell(s.Trace),
			"duration_ms": milliseconds(s.Duration), "init_ms": milliseconds(s.Init), "max_memory_used_mb": s.Used,
		})
	}
	return out
}

// textCell is a cell of text, nil for none.
func textCell(s string) any {
	if s == "" {
		return nil
	}
	return s
}
