package collect_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/collect"
	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// raised are quotas that do not hinder; the benchmarks that use them say so.
var raised = map[string]float64{"*": 1e5}

// large serves an account of n functions and returns options for its last
// stretch of time.
func large(b *testing.B, n int, back time.Duration) (*awstest.Server, collect.Options) {
	s := simulate(b, awstest.Options{Seed: 1, Large: true, Functions: n})
	return s, collect.Options{
		Now: s.Now(), Window: model.Window{From: s.Now().Add(-back), To: s.Now()},
		Regions: []unit.Region{"us-east-1"}, Reports: collect.ReportsOff, InventoryAge: time.Hour,
		Rates: raised, PointsPerSecond: 1e9,
	}
}

// inChild collects in a process of its own, so that its memory is not the
// simulator's, and reports points a second and the peak.
func inChild(b *testing.B, task childTask) childTask {
	cmd := childCommand(b, task)
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
	var done childTask
	if err := json.Unmarshal(out.Bytes(), &done); err != nil {
		b.Fatal(err)
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		done.PeakMiB = float64(usage.Maxrss) / 1024
	}
	done.CPUSeconds = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	b.ReportMetric(float64(done.Points), "points")
	b.ReportMetric(float64(done.Points)/done.Seconds, "points/s")
	b.ReportMetric(done.Seconds, "s/run")
	b.ReportMetric(done.PeakMiB, "peak-MiB")
	b.ReportMetric(done.CPUSeconds, "cpu-s/run")
	if task.Derive {
		b.ReportMetric(done.DeriveSecs, "derive-s")
	}
	return done
}

// derive does what ends a run of the program: it derives hours and reads them
// for the analysis.
func derive(ctx context.Context, path string, o collect.Options) error {
	w, err := store.OpenWriter(ctx, path, store.Options{Now: o.Now, Purpose: "derive"})
	if err != nil {
		return err
	}
	err = w.Refresh(ctx)
	if err == nil {
		_, err = w.Inputs(ctx, store.InputsRequest{Window: o.Window})
	}
	return errors.Join(err, w.Close(ctx))
}

// fillInventory stores the inventory and no metrics to speak of.
func fillInventory(b *testing.B, o collect.Options) string {
	path := newPath(b)
	o.Clock = time.Now
	o.Window.From = o.Window.To.Add(-time.Minute)
	mustRun(b, path, o)
	return path
}

// BenchmarkDay is 1,000 functions over 24 hours at 300 s from the wire to the
// database, quotas raised. The peak includes deriving hours afterwards.
func BenchmarkDay(b *testing.B) {
	_, o := large(b, 1000, 24*time.Hour)
	o.Period = 5 * time.Minute
	for b.Loop() {
		inChild(b, childTask{Path: newPath(b), Options: o, Derive: true})
	}
}

// BenchmarkFifteenDays is 1,000 functions over 15 days at 60 s, some 60
// million points, in the same memory; quotas raised.
func BenchmarkFifteenDays(b *testing.B) {
	_, o := large(b, 1000, 15*24*time.Hour)
	for b.Loop() {
		inChild(b, childTask{Path: newPath(b), Options: o, Derive: true})
	}
}

// BenchmarkLastHour is the last hour of 10,000 functions with the inventory
// cached and each answer delayed by 100 ms; quotas raised.
func BenchmarkLastHour(b *testing.B) {
	benchLastHour(b, func(*collect.Options) {})
}

// BenchmarkLastHourUnderQuotas is the same under AWS's own quotas.
func BenchmarkLastHourUnderQuotas(b *testing.B) {
	benchLastHour(b, func(o *collect.Options) { o.Rates, o.PointsPerSecond = nil, 0 })
}

func benchLastHour(b *testing.B, change func(*collect.Options)) {
	s, o := large(b, 10_000, time.Hour)
	path := fillInventory(b, o)
	s.SetFaults(awstest.Faults{Delay: 100 * time.Millisecond})
	change(&o)
	for b.Loop() {
		inChild(b, childTask{Path: path, Options: o})
	}
}
