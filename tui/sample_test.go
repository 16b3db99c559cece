package tui

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/modeltest"
)

// sampleNow is the instant every test looks at the sample from.
var sampleNow = modeltest.Now

// sampleSource answers with invented data.
type sampleSource struct {
	a     model.Analysis
	err   error
	delay time.Duration
}

func (s sampleSource) Load(context.Context) (model.Analysis, error) {
	time.Sleep(s.delay)
	return s.a, s.err
}

func (s sampleSource) Series(_ context.Context, _ model.ResourceKey, w model.Window) ([]model.SeriesPoint, error) {
	return sampleSeries(w, time.Hour), nil
}

func sampleSeries(w model.Window, step time.Duration) []model.SeriesPoint {
	rng := rand.New(rand.NewPCG(7, 7))
	var out []model.SeriesPoint
	for at := w.From; at.Before(w.To); at = at.Add(step) {
		h := at.Sub(w.From).Hours()
		if h > 300 && h < 330 {
			continue // a gap
		}
		day := 1 + math.Sin(h/24*2*math.Pi)
		out = append(out, model.SeriesPoint{
			At: at, Invocations: math.Floor(6000*day + 900*rng.Float64()), Errors: math.Floor(8 * rng.Float64() * day),
			P50Ms: 80 + 10*rng.Float64(), P90Ms: 140, P99Ms: 300 + 200*rng.Float64()*day, MaxMs: 900,
			Concurrency: math.Ceil(3 + 9*day), ColdStarts: math.Floor(9 * rng.Float64()), Throttles: 0, DurationMs: 5e5,
		})
	}
	return out
}

// sampleAnalysis is the sample account, or one of n functions.
func sampleAnalysis(n int) model.Analysis {
	if n <= 0 {
		return modeltest.Analysis()
	}
	return modeltest.Large(n)
}

// TestMain shows the dashboard on invented data where TUI_SAMPLE holds a
// number of functions (0: the sample account), to look at screens by hand:
//
//	go test -c -o /tmp/tui.test ./tui && TUI_SAMPLE=40 /tmp/tui.test
func TestMain(m *testing.M) {
	n, err := strconv.Atoi(os.Getenv("TUI_SAMPLE"))
	if err != nil {
		os.Exit(m.Run())
	}
	err = Run(context.Background(), Options{
		Source: sampleSource{a: sampleAnalysis(n)}, Now: func() time.Time { return sampleNow },
		In: os.Stdin, Out: os.Stdout, Color: os.Getenv("NO_COLOR") == "", Glyphs: GlyphsFor(os.Getenv),
		Theme: os.Getenv("TUI_THEME"),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
