package collect

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// The queries sum REPORT lines by hour, memory size and log group. Insights
// knows the fields of a text REPORT line by names of its own (CloudWatch Logs
// user guide, "Supported logs and discovered fields"): @memorySize and
// @maxMemoryUsed are bytes, a MB taken as 10^6 of them. No part of any other
// message is asked for.
const (
	textReportQuery = `filter @type = "REPORT"` +
		` | stats count(*) as reports, sum(@billedDuration) as billed_ms, sum(@duration) as duration_ms,` +
		` count(@initDuration) as cold_starts, sum(@initDuration) as init_ms, max(@initDuration) as init_max_ms,` +
		` sum(@billedDuration - ceil(@duration)) as billed_extra_ms, max(@maxMemoryUsed) as max_memory,` +
		` sum(strcontains(@message, "Status: timeout")) as timeouts, sum(strcontains(@message, "Status: error")) as errors,` +
		` sum(strcontains(@message, "Restore Duration:")) as restores` +
		` by bin(1h) as hour, @memorySize as memory_size, @log as log | limit 10000`
	jsonReportQuery = `filter type = "platform.report"` +
		` | stats count(*) as reports, sum(record.metrics.billedDurationMs) as billed_ms, sum(record.metrics.durationMs) as duration_ms,` +
		` count(record.metrics.initDurationMs) as cold_starts, sum(record.metrics.initDurationMs) as init_ms, max(record.metrics.initDurationMs) as init_max_ms,` +
		` sum(record.metrics.billedDurationMs - ceil(record.metrics.durationMs)) as billed_extra_ms, max(record.metrics.maxMemoryUsedMB) as max_memory,` +
		` sum(strcontains(record.status, "timeout")) as timeouts, sum(strcontains(record.status, "error")) as errors,` +
		` count(record.metrics.restoreDurationMs) as restores` +
		` by bin(1h) as hour, record.metrics.memorySizeMB as memory_size, @log as log | limit 10000`
)

// bytesPerMB is what Insights takes a MB of a REPORT line for.
const bytesPerMB = 1_000_000

// row is a line of a query's answer, by field.
type row map[string]string

// errQuery is a query that Insights itself ended.
var errQuery = errors.New("the query ended without an answer")

// ask runs one query to its end.
func (f *lambdaFleet) ask(ctx context.Context, q query) ([]row, error) {
	if err := f.affordScan(); err != nil {
		return nil, err
	}
	in := &cloudwatchlogs.StartQueryInput{
		StartTime: aws.Int64(q.window.From.Unix()),
		// Both ends are included, and a second is the finest that can be
		// said: what the end brings of the hour after is dropped again.
		EndTime:     aws.Int64(q.window.To.Unix()),
		QueryString: aws.String(textReportQuery),
		Limit:       aws.Int32(queryRows),
	}
	if q.json {
		in.QueryString = aws.String(jsonReportQuery)
	}
	for _, w := range q.wants {
		in.LogGroupNames = append(in.LogGroupNames, w.fn.config.LogGroup)
	}
	return f.query(ctx, in)
}

// query starts an Insights query and waits for its end.
func (t *target) query(ctx context.Context, in *cloudwatchlogs.StartQueryInput) ([]row, error) {
	var id *string
	err := t.gate.do(ctx, opStartQuery, 0, func(ctx context.Context) error {
		out, err := t.logs.StartQuery(ctx, in)
		if err == nil {
			id = out.QueryId
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return t.await(ctx, id)
}

// await polls a query until it ends, ever more seldom. A query left behind by
// a cancelled run would go on scanning and billing, so it is stopped.
func (t *target) await(ctx context.Context, id *string) ([]row, error) {
	pause := 50 * time.Millisecond
	for {
		var out *cloudwatchlogs.GetQueryResultsOutput
		err := t.gate.do(ctx, opGetQueryResults, 0, func(ctx context.Context) (err error) {
			out, err = t.logs.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: id})
			return err
		})
		if ctx.Err() != nil {
			t.stop(ctx, id)
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		switch out.Status {
		case types.QueryStatusScheduled, types.QueryStatusRunning:
			if err := sleep(ctx, t.gate.jitter.between(pause/2, pause)); err != nil {
				t.stop(ctx, id)
				return nil, err
			}
			pause = min(5*time.Second, pause*3/2)
			continue
		}
		if s := out.Statistics; s != nil {
			t.tally.add(t.account, t.region, opStartQuery, 0, int64(math.Ceil(s.BytesScanned)))
		}
		if out.Status != types.QueryStatusComplete {
			return nil, &Failure{Operation: opGetQueryResults.Action, Region: t.region, err: fmt.Errorf("%w: status %s", errQuery, out.Status)}
		}
		return rowsOf(out.Results), nil
	}
}

// stop ends a query on the way out, as well as it can.
func (t *target) stop(ctx context.Context, id *string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = t.gate.do(ctx, opStopQuery, 0, func(ctx context.Context) error {
		_, err := t.logs.StopQuery(ctx, &cloudwatchlogs.StopQueryInput{QueryId: id})
		return err
	})
}

func rowsOf(results [][]types.ResultField) []row {
	out := make([]row, len(results))
	for i, fields := range results {
		r := make(row, len(fields))
		for _, f := range fields {
			r[aws.ToString(f.Field)] = aws.ToString(f.Value)
		}
		out[i] = r
	}
	return out
}

// reportHours reads a query's rows. Rows of log groups that were not asked
// for do not occur; a row that cannot be read fails the query, because sums
// with a hole would pass for whole.
func (f *lambdaFleet) reportHours(q query, rows []row) ([]store.ReportHour, error) {
	byGroup := map[string]*function{}
	for _, w := range q.wants {
		byGroup[w.fn.config.LogGroup] = w.fn
	}
	memoryUnit := float64(bytesPerMB)
	if q.json {
		memoryUnit = 1
	}
	out := make([]store.ReportHour, 0, len(rows))
	for _, r := range rows {
		_, group, _ := strings.Cut(r["log"], ":")
		fn := byGroup[group]
		at, err := time.Parse("2006-01-02 15:04:05.000", r["hour"])
		if fn == nil || err != nil {
			return nil, &Failure{Operation: opGetQueryResults.Action, Region: f.region, err: fmt.Errorf("unexpected row for %q at %q", oneLine(r["log"]), oneLine(r["hour"]))}
		}
		if !at.Before(q.window.To) {
			continue
		}
		n := numbers{row: r}
		h := store.ReportHour{
			Resource: fn.ref, Hour: at,
			Memory:  unit.MiB(math.Round(n.float("memory_size") / memoryUnit)),
			Reports: n.int("reports"), BilledMs: n.int("billed_ms"), DurationMs: n.float("duration_ms"),
			ColdStarts: n.int("cold_starts"), InitMs: n.float("init_ms"), InitMaxMs: n.float("init_max_ms"),
			BilledInitMs: n.int("billed_extra_ms"), Restores: n.int("restores"),
			Timeouts: n.int("timeouts"), Errors: n.int("errors"),
			MaxMemoryUsed: unit.MiB(math.Round(n.float("max_memory") / memoryUnit)),
		}
		if n.err != nil {
			return nil, &Failure{Operation: opGetQueryResults.Action, Region: f.region, err: n.err}
		}
		out = append(out, h)
	}
	return out, nil
}

// numbers reads a row's values; the first that is not a number stays as err.
type numbers struct {
	row row
	err error
}

func (n *numbers) float(field string) float64 {
	s := n.row[field]
	if s == "" {
		return 0 // a sum over nothing
	}
	v, err := strconv.ParseFloat(s, 64)
	if (err != nil || math.IsNaN(v) || math.IsInf(v, 0)) && n.err == nil {
		n.err = fmt.Errorf("%s is %q, not a number", field, oneLine(s))
	}
	return v
}

func (n *numbers) int(field string) int64 { return int64(math.Round(n.float(field))) }

// affordScan refuses to start a query once the limit is spent: how much a
// query reads is only known afterwards.
func (t *target) affordScan() error {
	if t.MaxCost == nil {
		return nil
	}
	if spent := t.tally.against(); spent.Cmp(*t.MaxCost) >= 0 {
		return fmt.Errorf("%w: $%s spent, --max-cost is $%s", ErrBudget, spent.StringFixed(4), t.MaxCost.StringFixed(2))
	}
	return nil
}
