package collect

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"golang.org/x/sync/errgroup"

	"github.com/breakeven-dev/breakeven/collect/reportlog"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// The patterns let FilterLogEvents return nothing but REPORT lines.
const (
	textReportPattern = `"REPORT RequestId"`
	jsonReportPattern = `{ $.type = "platform.report" }`
)

// filtersAtOnce is how many log groups are read side by side; the quota on
// calls is what limits.
const filtersAtOnce = 8

// filterReports reads every REPORT line of each function. It costs nothing
// but time: a page has at most 10,000 lines.
func (f *lambdaFleet) filterReports(ctx context.Context, wants []reportWant) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(filtersAtOnce)
	f.progress.plan(len(wants))
	for _, w := range wants {
		g.Go(func() error {
			q := query{wants: []reportWant{w}, window: w.alive, ledger: w.cover}
			hours, err := f.filter(ctx, w)
			if err != nil {
				return f.giveUpReports(ctx, q, err)
			}
			f.progress.done(1)
			return f.putReports(ctx, []store.Fetch{f.reportFetch(w.fn, w.cover)}, hours, nil)
		})
	}
	return g.Wait()
}

// filter pages through a function's REPORT lines and sums them by hour and
// memory size.
func (f *lambdaFleet) filter(ctx context.Context, w reportWant) ([]store.ReportHour, error) {
	in := &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName:  aws.String(w.fn.config.LogGroup),
		StartTime:     aws.Int64(w.alive.From.UnixMilli()),
		EndTime:       aws.Int64(w.alive.To.UnixMilli() - 1), // the end is included
		FilterPattern: aws.String(textReportPattern),
	}
	if w.fn.config.LogFormat == "JSON" {
		in.FilterPattern = aws.String(jsonReportPattern)
	}
	sums := reportSums{fn: w.fn, byHour: map[reportKey]*store.ReportHour{}}
	for {
		var out *cloudwatchlogs.FilterLogEventsOutput
		err := f.gate.do(ctx, opFilterLogEvents, 0, func(ctx context.Context) (err error) {
			out, err = f.logs.FilterLogEvents(ctx, in)
			return err
		})
		if err != nil {
			return nil, err
		}
		for i := range out.Events {
			e := &out.Events[i]
			sums.add(time.UnixMilli(aws.ToInt64(e.Timestamp)).UTC(), []byte(aws.ToString(e.Message)))
		}
		if aws.ToString(out.NextToken) == "" {
			break
		}
		in.NextToken = out.NextToken
	}
	if sums.malformed > 0 {
		f.mu.Lock()
		f.gaps = append(f.gaps, f.reportGap(w.fn, w.alive, fmt.Sprintf("%d REPORT lines could not be read", sums.malformed)))
		f.mu.Unlock()
	}
	return sums.list(), nil
}

type reportKey struct {
	hour   time.Time
	memory unit.MiB
}

// reportSums adds up REPORT lines as the Insights query does.
type reportSums struct {
	fn        *function
	byHour    map[reportKey]*store.ReportHour
	malformed int
}

func (s *reportSums) add(at time.Time, message []byte) {
	var r reportlog.Report
	kind, err := reportlog.Parse(message, &r)
	if kind != reportlog.Found {
		return
	}
	if err != nil || r.BilledMs < 0 {
		s.malformed++
		return
	}
	k := reportKey{at.Truncate(time.Hour), r.Memory}
	h := s.byHour[k]
	if h == nil {
		h = &store.ReportHour{Resource: s.fn.ref, Hour: k.hour, Memory: k.memory}
		s.byHour[k] = h
	}
	h.Reports++
	h.BilledMs += r.BilledMs
	h.DurationMs += r.DurationMs
	h.BilledInitMs += r.BilledMs - int64(math.Ceil(r.DurationMs))
	if r.InitMs >= 0 {
		h.ColdStarts++
		h.InitMs += r.InitMs
		h.InitMaxMs = max(h.InitMaxMs, r.InitMs)
	}
	if r.RestoreMs >= 0 {
		h.Restores++
		h.RestoreMs += r.RestoreMs
	}
	h.MaxMemoryUsed = max(h.MaxMemoryUsed, r.MaxMemoryUsed)
	switch r.Status {
	case "timeout":
		h.Timeouts++
	case "error":
		h.Errors++
	}
}

func (s *reportSums) list() []store.ReportHour {
	out := make([]store.ReportHour, 0, len(s.byHour))
	for _, h := range s.byHour {
		out = append(out, *h)
	}
	slices.SortFunc(out, func(a, b store.ReportHour) int {
		return cmp.Or(a.Hour.Compare(b.Hour), cmp.Compare(a.Memory, b.Memory))
	})
	return out
}
