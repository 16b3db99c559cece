package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// scale is the account of BenchmarkServicesAtScale.
const (
	scaleResources = 10_000
	scaleDays      = 30
)

// BenchmarkServicesAtScale times cost, apps and services over 10,000 queues
// and 30 days of hourly metrics, about 57 million points, and reports the
// database's bytes a point.
func BenchmarkServicesAtScale(b *testing.B) {
	path := filepath.Join(b.TempDir(), "scale.duckdb")
	if p := os.Getenv("SCALE_DB"); p != "" {
		path = p
	}
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	a := &app{
		out: io.Discard, err: io.Discard, getenv: func(string) string { return "" },
		clock: time.Now, now: func() time.Time { return now }, global: globalFlags{db: path, output: "json", quiet: true},
	}
	start := time.Now()
	err := a.writeRun(b.Context(), path, "collect", "", func(w *store.Writer) error { return fillScale(b.Context(), w, now) })
	if err != nil {
		b.Fatal(err)
	}
	points := float64(scaleResources * scaleDays * 24 * len(store.SQSMetrics.Columns))
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%.1f million points written and priced in %v, %.2f bytes a point", points/1e6, time.Since(start).Round(time.Millisecond), float64(info.Size())/points)
	an, err := a.loadAnalysis(b.Context(), windowFlags{}, analyze.Options{SkipCompare: true, SkipAdvice: true})
	if err != nil {
		b.Fatal(err)
	}
	if len(an.Resources) != scaleResources || an.Total.Unknown || an.Total.Likely.IsZero() {
		b.Fatalf("%d resources cost %s", len(an.Resources), an.Total.Likely)
	}
	for _, name := range []string{"cost", "apps", "services"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if code := run(b.Context(), a, []string{"--db", path, "--quiet", "-o", "json", name, "--since", "30d"}); code != exitDone && code != exitIncomplete {
					b.Fatalf("%s: exit %d", name, code)
				}
			}
		})
	}
}

// fillScale writes the account, resource by resource, with numbers that do
// not compress better than real ones.
func fillScale(ctx context.Context, w *store.Writer, now time.Time) error {
	window := model.Window{From: now.AddDate(0, 0, -scaleDays), To: now}
	hours := scaleDays * 24
	columns := store.SQSMetrics.Columns
	const batch = 200
	state := uint64(1)
	for i := 0; i < scaleResources; i += batch {
		rs := make([]store.Resource, batch)
		for j := range rs {
			name := fmt.Sprintf("queue-%05d", i+j)
			rs[j] = store.Resource{
				Key: model.ResourceKey{Account: "123456789012", Region: "us-east-1", Service: "sqs", Name: name, ID: unit.ResourceID("arn:aws:sqs:us-east-1:123456789012:" + name)},
				App: fmt.Sprintf("app-%03d", (i+j)%300), Config: []byte(`{"fifo":false}`), SeenAt: now, Origin: "inventory",
			}
		}
		refs, err := w.PutResources(ctx, rs)
		if err != nil {
			return err
		}
		blocks := make([]store.MetricBlock, batch)
		for j := range blocks {
			blocks[j] = store.MetricBlock{Resource: refs[j], Window: window, Period: time.Hour, SettledTo: now, Columns: make([][]float64, len(columns))}
			for c := range columns {
				values := make([]float64, hours)
				for h := range values {
					state = state*6364136223846793005 + 1442695040888963407
					values[h] = float64(state >> 54)
				}
				blocks[j].Columns[c] = values
			}
		}
		if err := w.PutMetrics(ctx, store.SQSMetrics.Name, blocks); err != nil {
			return err
		}
	}
	return nil
}
