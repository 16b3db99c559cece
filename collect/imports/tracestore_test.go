package imports

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/store"
)

func importTrace(t *testing.T, st Store, o TraceOptions, files ...File) TraceResult {
	t.Helper()
	o.Now, o.Region = now, "us-east-1"
	if o.Name == "" {
		o.Name = "t.csv"
	}
	r, err := Trace(context.Background(), st, files, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestTraceStart places a trace at the latest midnight that leaves it in the
// past, and keeps it there when it is imported again another day.
func TestTraceStart(t *testing.T) {
	const trace = "minute,function,invocations\n480,f,2\n959,f,1\n"
	w := openStore(t)
	o := TraceOptions{Duration: time.Second, Memory: 128}
	r := importTrace(t, w, o, text("t.csv", trace))
	// Now is 02:00: today's midnight would put minute 959 into the future.
	if want := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC); !r.Start.Equal(want) || !r.From.Equal(want.Add(8*time.Hour)) || !r.To.Equal(want.Add(16*time.Hour)) {
		t.Errorf("%+v, want minute 0 at %v", r, want)
	}
	later := o
	later.Now, later.Region, later.Name = now.AddDate(0, 0, 40), "us-east-1", "t.csv"
	again, err := Trace(context.Background(), w, []File{text("t.csv", trace)}, later)
	if err != nil || !again.Start.Equal(r.Start) {
		t.Errorf("imported again at %v (%v), want %v", again.Start, err, r.Start)
	}
	given := o
	given.Start = time.Date(2026, 1, 2, 1, 0, 0, 0, time.FixedZone("", 3600))
	if r := importTrace(t, w, given, text("t.csv", trace)); !r.From.Equal(time.Date(2026, 1, 2, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v: minute 480 is not 8 hours after --start", r)
	}
}

// TestColumns holds what a minute's statistics are: those the trace knows,
// and nothing where it does not.
func TestColumns(t *testing.T) {
	f := &traced{trigger: "http", profile: profile{meanMs: 2.5, minMs: 1, maxMs: 9, p50Ms: 2, p99Ms: -1}}
	columns := columnsOf(f, []cell{{10, 4}, {11, 0}, {12, 2}}, 10, 14)
	got := map[string]string{}
	for i, c := range store.LambdaMetrics.Columns {
		if columns[i] != nil {
			got[c.Metric+" "+c.Stat] = fmt.Sprint(columns[i])
		}
	}
	nan := fmt.Sprint(math.NaN())
	want := map[string]string{
		"Invocations Sum":      "[4 " + nan + " 2 " + nan + "]",
		"Duration SampleCount": "[4 " + nan + " 2 " + nan + "]",
		"UrlRequestCount Sum":  "[4 " + nan + " 2 " + nan + "]",
		"Duration Sum":         "[10 " + nan + " 5 " + nan + "]",
		"Duration Minimum":     "[1 " + nan + " 1 " + nan + "]",
		"Duration Maximum":     "[9 " + nan + " 9 " + nan + "]",
		"Duration p50":         "[2 " + nan + " 2 " + nan + "]",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestRealTraceIsStoredWhole imports the sample twice into one database.
func TestRealTraceIsStoredWhole(t *testing.T) {
	w := openStore(t)
	for range 2 {
		r := importTrace(t, w, TraceOptions{Name: "azure2019-b-500x480.csv.gz"},
			openFiles(t, traces+"/azure2019-b-500x480.csv.gz", traces+"/azure2019-b-functions.csv")...)
		if r.Functions != 500 || r.Invocations != 3_037_902 || r.To.Sub(r.From) != 8*time.Hour {
			t.Errorf("%+v, want 500 functions, 3037902 invocations, 8 hours", r)
		}
	}
	if rs, err := w.Resources(context.Background(), "lambda"); err != nil || len(rs) != 500 {
		t.Errorf("%d functions stored (%v), want 500", len(rs), err)
	}
}
