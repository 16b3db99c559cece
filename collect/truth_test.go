package collect_test

import (
	"database/sql"
	"math"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/collect"
	"github.com/breakeven-dev/breakeven/collect/awstest"
)

// sums is what a database says of one function.
type sums struct {
	invocations, errors, throttles, samples            int64
	durationMs                                         float64
	provisioned, spillover                             int64
	reports, billedMs, cold, restores, timeouts, crash int64
	reportMs, initMs                                   float64
	maxMemory                                          int64
}

const sumQuery = `
WITH m AS (
  SELECT resource, sum(invocations) i, sum(errors) e, sum(throttles) t, sum(duration_count) c, sum(duration_sum) d,
         sum(provisioned_invocations) p, sum(provisioned_spillover) s
  FROM lambda_metrics GROUP BY resource),
h AS (
  SELECT resource, sum(reports) r, sum(billed_ms) b, sum(cold_starts) c, sum(restores) rs, sum(timeouts) ti, sum(errors) er,
         sum(duration_ms) d, sum(init_ms) im, max(max_memory_mb) mm
  FROM report_hour GROUP BY resource)
SELECT r.region || '/' || r.name,
  coalesce(m.i, 0)::BIGINT, coalesce(m.e, 0)::BIGINT, coalesce(m.t, 0)::BIGINT, coalesce(m.c, 0)::BIGINT, coalesce(m.d, 0),
  coalesce(m.p, 0)::BIGINT, coalesce(m.s, 0)::BIGINT,
  coalesce(h.r, 0)::BIGINT, coalesce(h.b, 0)::BIGINT, coalesce(h.c, 0)::BIGINT, coalesce(h.rs, 0)::BIGINT,
  coalesce(h.ti, 0)::BIGINT, coalesce(h.er, 0)::BIGINT, coalesce(h.d, 0), coalesce(h.im, 0), coalesce(h.mm, 0)::BIGINT
FROM resource r LEFT JOIN m ON m.resource = r.id LEFT JOIN h ON h.resource = r.id
WHERE r.resource_id <> '' AND r.service = 'lambda'`

func readSums(t *testing.T, path string) map[string]sums {
	t.Helper()
	db, err := sql.Open("duckdb", path+"?access_mode=READ_ONLY")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), sumQuery)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]sums{}
	for rows.Next() {
		var name string
		var s sums
		err := rows.Scan(&name, &s.invocations, &s.errors, &s.throttles, &s.samples, &s.durationMs, &s.provisioned, &s.spillover,
			&s.reports, &s.billedMs, &s.cold, &s.restores, &s.timeouts, &s.crash, &s.reportMs, &s.initMs, &s.maxMemory)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = s
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// What stands in the database is what happened, to the last invocation and
// the last hundredth of a millisecond, whether REPORT lines are summed by
// Insights or read one by one.
func TestCollectedIsTrue(t *testing.T) {
	account := awstest.Options{Seed: 5, Days: 17, Rate: 0.03}
	// The run's last hour is not finished, so REPORT lines end at the hour.
	account.Now = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	s := simulate(t, account)
	truth := s.Truth()
	for _, mode := range []collect.ReportMode{collect.ReportsInsights, collect.ReportsFilter} {
		path := newPath(t)
		o := options(s)
		o.Reports = mode
		mustRun(t, path, o)
		got := readSums(t, path)
		for i := range truth.Functions {
			f := &truth.Functions[i]
			compare(t, string(mode)+" "+f.Name, got[f.Region+"/"+f.Name], f)
		}
	}
}

func compare(t *testing.T, name string, got sums, f *awstest.FunctionTruth) {
	t.Helper()
	c := &f.Counts
	equal := func(what string, got, want int64) {
		if got != want {
			t.Errorf("%s: %s %d, want %d", name, what, got, want)
		}
	}
	near := func(what string, got float64, hundredths int64) {
		if math.Abs(got*100-float64(hundredths)) > 0.5 {
			t.Errorf("%s: %s %.2f ms, want %.2f", name, what, got, float64(hundredths)/100)
		}
	}
	equal("invocations", got.invocations, c.Invocations)
	equal("errors", got.errors, c.Errors)
	equal("throttles", got.throttles, c.Throttles)
	equal("samples of Duration", got.samples, c.Invocations)
	near("duration", got.durationMs, c.DurationHundredths)
	equal("provisioned invocations", got.provisioned, c.ProvisionedInvocations)
	equal("spill-over", got.spillover, c.SpilloverInvocations)
	if !f.HasReports {
		return
	}
	equal("reports", got.reports, c.Invocations)
	equal("billed ms", got.billedMs, c.BilledMs)
	equal("cold starts", got.cold, c.ColdStarts)
	equal("restores", got.restores, c.Restores)
	equal("timeouts", got.timeouts, c.Timeouts)
	equal("crashes", got.crash, c.Crashes)
	equal("largest memory used", got.maxMemory, c.MaxMemoryUsedMB)
	near("reported duration", got.reportMs, c.DurationHundredths)
	near("init", got.initMs, c.InitHundredths)
}
