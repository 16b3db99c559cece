package tui

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/modeltest"
)

// TestOddAnalyses draws every screen of accounts that hold next to nothing,
// or nothing that is known.
func TestOddAnalyses(t *testing.T) {
	unknown := modeltest.Analysis()
	unknown.Total, unknown.Monthly = model.UnknownCost, model.UnknownCost
	for i := range unknown.Functions {
		f := &unknown.Functions[i]
		f.Cost, f.Monthly, f.PerMillion, f.ColdCost, f.ErrorCost = model.UnknownCost, model.UnknownCost, model.UnknownCost, model.UnknownCost, model.UnknownCost
		f.Compare.Options = f.Compare.Options[:min(1, len(f.Compare.Options))]
	}
	noTime := modeltest.Analysis()
	noTime.Window, noTime.CollectedAt = model.Window{}, time.Time{}
	for name, a := range map[string]model.Analysis{
		"empty": modeltest.Empty(), "unpriced": modeltest.Unpriced(), "unknown": unknown, "zero": {}, "no window": noTime,
		"services of nothing": serviceSample(model.Analysis{}), "services unpriced": unpricedSample(modeltest.Analysis()),
	} {
		for _, p := range slices.Concat(pages, servicePages) {
			for _, size := range sizes {
				t.Run(fmt.Sprint(name, " ", p.name, " ", size[0]), func(t *testing.T) {
					b := loadedBench(t, a, size[0], size[1])
					b.press(p.keys...)
					checkFrame(t, b)
				})
			}
		}
	}
}

func TestUnknownPrintsAsDash(t *testing.T) {
	b := loadedBench(t, modeltest.Unpriced(), 80, 24)
	if f := b.frame(); !strings.Contains(f, "Month    –") {
		t.Errorf("an unknown month should be a dash:\n%s", f)
	}
	b.press("2", "/")
	b.typing("image-resize")
	if f := b.frame(); !strings.Contains(f, "  – ") || strings.Contains(f, "$0.00") {
		t.Errorf("an unknown cost should be a dash:\n%s", f)
	}
}

// TestOddSeries draws series of one point, of none that is known, and of
// numbers no metric should have.
func TestOddSeries(t *testing.T) {
	at := modeltest.Start
	nan := math.NaN()
	for name, points := range map[string][]model.SeriesPoint{
		"none":      {},
		"one":       {{At: at, Invocations: 5, P99Ms: 3}},
		"absent":    {{At: at, Invocations: nan, P50Ms: nan, P99Ms: nan, Concurrency: nan}, {At: at.Add(time.Hour), Invocations: nan, P50Ms: nan, P99Ms: nan, Concurrency: nan}},
		"infinite":  {{At: at, Invocations: math.Inf(1)}, {At: at.Add(time.Minute), Invocations: math.Inf(-1), P99Ms: math.MaxFloat64}},
		"negative":  {{At: at, Invocations: -5}, {At: at.Add(time.Minute), Invocations: -1}},
		"same time": {{At: at, Invocations: 5}, {At: at, Invocations: 6}},
		"outside":   {{At: at.AddDate(-9, 0, 0), Invocations: 5}, {At: at.AddDate(9, 0, 0), Invocations: 6}},
		"backwards": {{At: at.Add(time.Hour), Invocations: 5}, {At: at, Invocations: 6}},
	} {
		t.Run(name, func(t *testing.T) {
			b := loadedBench(t, modeltest.Analysis(), 80, 24)
			b.press("3", "tab")
			id, _ := b.m.detail().function()
			key, _ := b.m.data.key(id)
			b.send(seriesMsg{key: key, points: points})
			for _, size := range sizes {
				b.m.resize(size[0], size[1])
				checkFrame(t, b)
			}
		})
	}
}

// TestChartsAtEverySize keeps the chart library away from sizes it panics at.
func TestChartsAtEverySize(t *testing.T) {
	b := loadedBench(t, modeltest.Analysis(), 80, 24)
	w := b.m.data.a.Window
	c := chart{title: "t", window: w, format: short, lines: []line{{name: "a", values: []float64{1, math.NaN(), 3}}}}
	for _, set := range []GlyphSet{GlyphsASCII, GlyphsBlock, GlyphsBraille} {
		s := b.m.scene()
		s.g = glyphsOf(set)
		for w := -1; w < 40; w++ {
			for h := -1; h < 12; h++ {
				text := c.draw(s, w, h)
				if got := strings.Count(text, "\n") + 1; h > 0 && got > h {
					t.Fatalf("%d lines at %dx%d", got, w, h)
				}
			}
		}
	}
}
