package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/collect"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/report"
	"github.com/breakeven-dev/breakeven/store"
)

// collectFlags are the flags of collect.
type collectFlags struct {
	plan            bool
	maxCost         string
	since           string
	only            []string
	profiles        []string
	regions         []string
	roleARN         string
	externalID      string
	accounts        []string
	period          time.Duration
	reports         string
	concurrency     int
	rates           []string
	pointsPerSecond float64
	settle          time.Duration
	inventoryAge    time.Duration
	retention       string
}

func newCollect(a *app) *cobra.Command {
	var f collectFlags
	cmd := &cobra.Command{
		Use:   "collect",
		Short: "Fetch what is new from AWS into the database",
		Long: `collect asks AWS for what the database does not hold yet: the inventory of
functions, their metrics from CloudWatch, and sums over the REPORT lines of
their logs. It can be stopped at any moment and started again; nothing is
fetched twice but what may still change.

Metrics are billed by AWS by the metric and request, REPORT sums by the GB of
logs scanned: --plan says how much a run would cost at most, --max-cost
refuses a run that might cost more. ListMetrics is free within the first
million requests of a month.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := a.collect(cmd.Context(), &f)
			if code, _ := codeOf(err); !f.plan && (err == nil || code == exitIncomplete) {
				a.keepOverview(cmd.Context())
			}
			return err
		},
	}
	fs := cmd.Flags()
	fs.BoolVar(&f.plan, "plan", false, "print calls, billed metrics, GB scanned and dollars, and make no call that costs")
	fs.StringVar(&f.maxCost, "max-cost", "", "refuse, with exit code 5, what may cost more than `USD`")
	fs.StringVar(&f.since, "since", "30d", "`how far back`: "+sinceHelp)
	fs.StringSliceVar(&f.only, "only", nil, "these `services` only: "+strings.Join(collect.ServiceNames(), ", "))
	fs.StringSliceVar(&f.profiles, "profile", nil, "`profile` of the AWS configuration, repeatable: an account each")
	fs.StringSliceVar(&f.regions, "region", nil, "`region`, repeatable, or all that are enabled: all (default: the AWS configuration's)")
	fs.StringVar(&f.roleARN, "role-arn", "", "`role` to take on, {account} in it standing for each of --accounts")
	fs.StringVar(&f.externalID, "external-id", "", "external `id` that the role asks for")
	fs.StringSliceVar(&f.accounts, "accounts", nil, "`accounts` to collect through --role-arn, or organization for all of it")
	fs.DurationVar(&f.period, "period", 0, "`length` of a metric's period, a divisor of an hour (default: the finest that CloudWatch keeps)")
	fs.StringVar(&f.reports, "reports", "insights", "how REPORT lines are read: insights (billed by the GB), filter (free, slow), off")
	fs.IntVar(&f.concurrency, "concurrency", 32, "calls in flight")
	fs.StringSliceVar(&f.rates, "rate", nil, "quota `ACTION=N` in calls a second, such as cloudwatch:GetMetricData=100, or *=1000 for all (default: AWS's)")
	fs.Float64Var(&f.pointsPerSecond, "points-per-second", 0, "quota on data points (default: AWS's)")
	fs.DurationVar(&f.settle, "settle", 3*time.Hour, "how long metrics may still change; younger ones are read again")
	fs.DurationVar(&f.inventoryAge, "inventory-age", 0, "take the stored inventory as it is if not older (default: always refresh)")
	fs.StringVar(&f.retention, "retention", "", "how long to keep data, `age` (env BREAKEVEN_RETENTION; default: for ever): older months are pruned after the run")
	return cmd
}

// collect runs or plans one collection.
func (a *app) collect(ctx context.Context, f *collectFlags) error {
	o, err := a.collectOptions(f)
	if err != nil {
		return err
	}
	path, err := a.dbPath()
	if err != nil {
		return err
	}
	keptFrom, err := a.retention(f.retention)
	if err != nil {
		return err
	}
	if o.Window.From.Before(keptFrom) {
		o.Window.From = keptFrom // else it would be fetched and pruned each time
	}
	c, err := collect.New(ctx, o)
	if err != nil {
		return collectError(ctx, err)
	}
	if f.plan {
		return a.printPlan(ctx, c, path)
	}
	var res *collect.Result
	err = a.writeRun(ctx, path, "collect", "", func(w *store.Writer) (err error) {
		res, err = c.Run(ctx, w)
		return err
	})
	if res != nil {
		a.printResult(res)
	}
	if err != nil {
		return collectError(ctx, err)
	}
	if err := a.retain(ctx, path, keptFrom); err != nil {
		return err
	}
	if len(res.Gaps) > 0 {
		return &exitError{code: exitIncomplete}
	}
	return nil
}

// collectError gives an error of collecting its exit code.
func collectError(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, collect.ErrCredentials):
		return withCode(exitCredentials, err)
	case errors.Is(err, collect.ErrBudget):
		return withCode(exitRefused, err)
	case errors.Is(err, collect.ErrNoRegion):
		return withCode(exitUsage, err)
	}
	return err
}

// collectOptions checks the flags and turns them into options.
func (a *app) collectOptions(f *collectFlags) (collect.Options, error) {
	now := a.now().UTC()
	o := collect.Options{
		Now: now, Clock: a.clock, Period: f.period, Settle: f.settle, InventoryAge: f.inventoryAge,
		Reports: collect.ReportMode(f.reports), Only: f.only, Profiles: f.profiles,
		Concurrency: f.concurrency, PointsPerSecond: f.pointsPerSecond,
		Price: ownPrice(a.book()), Seed: uint64(now.UnixNano()),
	}
	var err error
	if o.Window, err = parseSince(f.since, now); err != nil {
		return o, err
	}
	if f.maxCost != "" {
		limit, err := unit.ParseUSD(f.maxCost)
		if err != nil || limit.Sign() < 0 {
			return o, usageErrorf("--max-cost %q: want an amount in USD, such as 0.50", f.maxCost)
		}
		o.MaxCost = &limit
	}
	if o.Rates, err = parseRates(f.rates); err != nil {
		return o, err
	}
	for _, r := range f.regions {
		if r == allRegions {
			o.AllRegions = true
			continue
		}
		if !regionPattern.MatchString(r) {
			return o, usageErrorf("--region %q is not a region's code, such as us-east-1", r)
		}
		if unit.Region(r).InChina() {
			return o, usageErrorf("--region %s: prices in China are not in USD, which is all that the price book knows", r)
		}
		o.Regions = append(o.Regions, unit.Region(r))
	}
	if err := f.reach(&o); err != nil {
		return o, err
	}
	for _, s := range f.only {
		if !slices.Contains(collect.ServiceNames(), s) {
			return o, usageErrorf("--only %q: want %s", s, strings.Join(collect.ServiceNames(), ", "))
		}
	}
	switch {
	case f.period < 0 || f.period%time.Minute != 0 || f.period > 0 && time.Hour%f.period != 0:
		return o, usageErrorf("--period %v: want full minutes that divide an hour, such as 1m, 5m or 1h", f.period)
	case !slices.Contains(collect.ReportModes, o.Reports):
		return o, usageErrorf("--reports %q: want insights, filter or off", f.reports)
	case f.concurrency < 1 || f.concurrency > 1024:
		return o, usageErrorf("--concurrency %d: want 1 to 1024", f.concurrency)
	case f.pointsPerSecond < 0 || f.settle < 0 || f.inventoryAge < 0:
		return o, usageErrorf("--points-per-second, --settle and --inventory-age cannot be negative")
	}
	if !a.global.quiet {
		o.Progress = newProgress(a.err, a.errTTY, a.clock).show
	}
	return o, nil
}

// allRegions as --region is every region that is enabled.
const allRegions = "all"

var accountPattern = regexp.MustCompile(`^[0-9]{12}$`)

// reach checks which accounts the flags lead to.
func (f *collectFlags) reach(o *collect.Options) error {
	o.RoleARN, o.ExternalID = f.roleARN, f.externalID
	for _, id := range f.accounts {
		if id != collect.Organization && !accountPattern.MatchString(id) {
			return usageErrorf("--accounts %q: want an account's 12 digits, or %s", id, collect.Organization)
		}
		o.Accounts = append(o.Accounts, unit.AccountID(id))
	}
	switch {
	case f.roleARN != "" && !strings.HasPrefix(f.roleARN, "arn:"):
		return usageErrorf("--role-arn %q: %v", f.roleARN, collect.ErrRole)
	case len(f.accounts) > 0 && !strings.Contains(f.roleARN, "{account}"):
		return usageErrorf("--accounts needs --role-arn with {account} in it, such as arn:aws:iam::{account}:role/breakeven")
	case len(f.accounts) == 0 && strings.Contains(f.roleARN, "{account}"):
		return usageErrorf("--role-arn with {account} needs --accounts")
	}
	return nil
}

// parseRates reads ACTION=N pairs.
func parseRates(in []string) (map[string]float64, error) {
	out := map[string]float64{}
	for _, s := range in {
		action, n, ok := strings.Cut(s, "=")
		rate, err := strconv.ParseFloat(n, 64)
		known := action == "*" || slices.ContainsFunc(collect.Operations(), func(o collect.Operation) bool { return o.Action == action })
		if !ok || err != nil || !(rate > 0 && rate <= 1e6) || !known {
			return nil, usageErrorf("--rate %q: want ACTION=N, such as cloudwatch:GetMetricData=100", s)
		}
		out[action] = rate
	}
	return out, nil
}

// ownPrice prices the collector's own calls. Where the book lacks a region's
// price, us-east-1's keeps a cost limit, and nothing is reported.
func ownPrice(book *price.Book) func(string, unit.Region) (unit.USD, bool) {
	return func(dimension string, region unit.Region) (unit.USD, bool) {
		for _, r := range []unit.Region{region, "us-east-1"} {
			p, err := book.Lookup(price.Key{Service: "AmazonCloudWatch", Region: r, Dimension: dimension})
			if err == nil && len(p.Tiers) > 0 {
				return p.Tiers[len(p.Tiers)-1].Price, r == region
			}
		}
		return unit.USD{}, false
	}
}

// regionPattern is the form of a region's code.
var regionPattern = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$`)

// printPlan prints what a run would do. A database that is not there is not
// created.
func (a *app) printPlan(ctx context.Context, c *collect.Collector, path string) error {
	var st collect.Store
	if _, err := os.Stat(path); err == nil {
		w, err := store.OpenWriter(ctx, path, store.Options{Now: a.now().UTC(), Purpose: "collect --plan"})
		if err != nil {
			return err
		}
		defer w.Close(ctx) //nolint:errcheck // nothing was written
		st = w
	}
	p, err := c.Plan(ctx, st)
	if err != nil {
		return collectError(ctx, err)
	}
	if a.global.output == "json" {
		return a.planJSON(p)
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ACCOUNT\tREGION\tSERVICE\tCALL\tCALLS\tBILLED\tUSD\tNOTE")
	for _, l := range p.Lines {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", l.Account, l.Region, l.Service, l.Operation, l.Requests, l.Quantity().String()+" "+l.Unit, lineCost(l), l.Note)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "\nat most $%s; $%s if AWS bills each page of an answer again\n", p.Cost.StringFixed(4), p.CostWithPages.StringFixed(4))
	for _, u := range p.Unpriced {
		fmt.Fprintf(a.out, "the price book has no price for %s: not in this sum\n", u)
	}
	fmt.Fprintf(a.out, "planning made %d calls to ListMetrics, which count to the million free requests of a month\n", p.ListCalls)
	return nil
}

// planJSON prints the plan as one JSON object.
func (a *app) planJSON(p *collect.Plan) error {
	type line struct {
		Account   unit.AccountID `json:"account_id"`
		Region    unit.Region    `json:"region"`
		Service   string         `json:"service"`
		Operation string         `json:"operation"`
		Requests  int64          `json:"requests"`
		Billed    unit.Quantity  `json:"billed_units"`
		Unit      string         `json:"unit"`
		Cost      *unit.USD      `json:"cost_usd"` // null: the book lacks the price
		Note      string         `json:"note"`
	}
	body := struct {
		Calls         []line    `json:"calls"`
		Cost          *unit.USD `json:"cost_usd"`
		CostWithPages *unit.USD `json:"cost_if_pages_are_billed_usd"`
		ListCalls     int64     `json:"list_metrics_requests"`
	}{Calls: []line{}, ListCalls: p.ListCalls}
	for _, l := range p.Lines {
		out := line{l.Account, l.Region, l.Service, l.Operation, l.Requests, l.Quantity(), l.Unit, nil, l.Note}
		if !l.Unpriced {
			out.Cost = &l.Cost
		}
		body.Calls = append(body.Calls, out)
	}
	var warnings []model.Warning
	for _, u := range p.Unpriced {
		warnings = append(warnings, model.Warning{Code: "price-missing", Text: "the price book has no price for " + u})
	}
	if len(p.Unpriced) == 0 {
		body.Cost, body.CostWithPages = &p.Cost, &p.CostWithPages
	}
	book := a.book()
	return report.WriteJSON(a.out, report.NewEnvelope(a.now(), model.BookInfo{Version: book.Version(), AsOf: book.AsOf()}, warnings), body)
}

func lineCost(l collect.PlanLine) string {
	if l.Unpriced {
		return "-"
	}
	return l.Cost.StringFixed(4)
}

// printResult says what a run did, on stderr.
func (a *app) printResult(res *collect.Result) {
	for _, g := range groupGaps(res.Gaps) {
		fmt.Fprintf(a.err, "gap: %s\n", g)
	}
	if a.global.quiet {
		return
	}
	fmt.Fprintf(a.err, "collected %d resources, %d data points; calls to AWS cost $%s\n", res.Resources, res.Points, res.Spent.StringFixed(4))
	for _, u := range res.Unpriced {
		fmt.Fprintf(a.err, "the price book has no price for %s: not in this sum\n", u)
	}
	if a.global.verbose {
		for _, c := range res.Calls {
			fmt.Fprintf(a.err, "  %s %s %s: %d calls, %d billed\n", c.Account, c.Region, c.Operation, c.Requests, c.BilledUnits)
		}
	}
}

// groupGaps names each gap; gaps that tell the same of many resources are one
// line.
func groupGaps(gaps []model.Gap) []string {
	type key struct {
		region unit.Region
		metric string
		reason string
	}
	count, first := map[key]int{}, map[key]model.Gap{}
	var order []key
	for _, g := range gaps {
		k := key{g.Region, g.Metric, g.Reason}
		if count[k]++; count[k] == 1 {
			order, first[k] = append(order, k), g
		}
	}
	out := make([]string, len(order))
	for i, k := range order {
		g := first[k]
		what := string(g.Resource)
		if what == "" {
			what = g.Service
		}
		if n := count[k]; n > 1 {
			what = fmt.Sprintf("%s and %d more", what, n-1)
		}
		out[i] = fmt.Sprintf("%s %s %s to %s: %s (%s)", g.Region, k.metric, g.From.Format("2006-01-02 15:04"), g.To.Format("2006-01-02 15:04"), k.reason, what)
	}
	return out
}
