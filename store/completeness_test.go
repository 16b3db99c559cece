package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// TestCompleteness takes one function's hour away and looks for the hole.
func TestCompleteness(t *testing.T) {
	w, path := openTest(t)
	region := function("", 128)
	region.Key.ID = ""
	refs := put(t, w, function("a", 128), function("b", 128), region)
	day := model.Window{From: day0, To: day0.AddDate(0, 0, 1)}
	putBlocks(t, w, block(refs[0], day0, 24, 10, 5))
	late := block(refs[1], day0, 24, 7, 0.1)
	for c := range late.Columns {
		if late.Columns[c] != nil {
			late.Columns[c] = late.Columns[c][:23]
		}
	}
	putBlocks(t, w, late)
	whole := MetricBlock{Resource: refs[2], Window: day, Period: time.Hour, SettledTo: day.To, Columns: make([][]float64, len(LambdaAccountMetrics.Columns))}
	for c, v := range []float64{17, 2, 0, 10*5 + 7*0.1} {
		for range 24 {
			whole.Columns[c] = append(whole.Columns[c], v)
		}
	}
	if err := w.PutMetrics(t.Context(), LambdaAccountMetrics.Name, []MetricBlock{whole}); err != nil {
		t.Fatal(err)
	}
	closeTest(t, w)
	check := func(want string) {
		t.Helper()
		r, err := OpenReader(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		list, err := r.Completeness(t.Context(), day)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range list {
			got += fmt.Sprintf("%s %d/%d %.1f-%.1f", c.Metric, c.Differing, c.Hours, c.Total, c.Sum)
			if c.Differing > 0 {
				got += " " + c.Differs.From.Format("15") + " to " + c.Differs.To.Format("15")
			}
			got += "\n"
		}
		if got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
	check("Duration 1/24 1216.8-1216.1 23 to 00\nErrors 1/24 48.0-47.0 23 to 00\nInvocations 1/24 408.0-401.0 23 to 00\nThrottles 0/24 0.0-0.0\n")
	w = reopen(t, path)
	putBlocks(t, w, block(refs[1], day0, 24, 7, 0.1))
	closeTest(t, w)
	check("Duration 0/24 1216.8-1216.8\nErrors 0/24 48.0-48.0\nInvocations 0/24 408.0-408.0\nThrottles 0/24 0.0-0.0\n")
}
