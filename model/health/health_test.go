package health

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

var (
	start  = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	window = model.Window{From: start, To: start.Add(12 * time.Hour)}
	nan    = math.NaN()
)

func hours(service, name, config string, columns ...model.HourColumn) model.ResourceHours {
	return model.ResourceHours{
		Key:    model.ResourceKey{Account: "1", Region: "us-east-1", Service: service, Name: name, ID: unit.ResourceID("arn:" + name)},
		Config: json.RawMessage(config), Columns: columns,
	}
}

func column(metric, stat string, values ...float64) model.HourColumn {
	return model.HourColumn{Metric: metric, Stat: stat, Values: values}
}

func times(n int, v float64) []float64 { return slices.Repeat([]float64{v}, n) }

func ids(list []model.Finding) []string {
	var out []string
	for _, f := range list {
		out = append(out, f.Rule+" "+f.Resource.Name)
	}
	return out
}

// TestSince: a run begins at its first hour beyond the limit, a missing hour
// does not interrupt it, a good one does.
func TestSince(t *testing.T) {
	r := hours("lambda", "f", `{}`,
		column("Throttles", "Sum", 9, 9, 0, 0, 4, nan, 2, 3, 1, 5, 1, nan))
	list := Find(window, []model.ResourceHours{r})
	if len(list) != 1 {
		t.Fatalf("found %v, want the throttles alone", ids(list))
	}
	f := list[0]
	if !f.Since.Equal(start.Add(4*time.Hour)) || !f.Until.Equal(start.Add(11*time.Hour)) || f.Hours != 6 || f.Worst != 5 || f.Value != 1 {
		t.Errorf("since %v until %v, %d hours, worst %g, now %g; want 04:00, 11:00, 6, 5, 1", f.Since, f.Until, f.Hours, f.Worst, f.Value)
	}
}

// TestOverIsNotNow: what ended, and what nobody knows of lately, is not wrong
// now.
func TestOverIsNotNow(t *testing.T) {
	over := hours("lambda", "over", `{}`, column("Throttles", "Sum", append(times(11, 5), 0)...))
	silent := hours("lambda", "silent", `{}`, column("Throttles", "Sum", append(times(6, 5), nan, nan, nan, nan, nan, nan)...))
	if list := Find(window, []model.ResourceHours{over, silent}); len(list) > 0 {
		t.Errorf("found %v", ids(list))
	}
}

func TestRatesNeedEnough(t *testing.T) {
	rare := hours("lambda", "rare", `{}`, column("Errors", "Sum", append(times(11, 0), 1)...), column("Invocations", "Sum", append(times(11, nan), 4)...))
	busy := hours("lambda", "busy", `{}`, column("Errors", "Sum", times(12, 2)...), column("Invocations", "Sum", times(12, 100)...))
	broken := hours("lambda", "broken", `{}`, column("Errors", "Sum", times(12, 20)...), column("Invocations", "Sum", times(12, 20)...))
	got := ids(Find(window, []model.ResourceHours{rare, busy, broken}))
	want := []string{"lambda-failing broken", "lambda-errors broken", "lambda-errors busy"}
	if !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	// Two of nine an hour are too few for a rate, but not over three hours.
	quiet := hours("lambda", "quiet", `{}`, column("Errors", "Sum", times(12, 2)...), column("Invocations", "Sum", times(12, 9)...))
	list := Find(window, []model.ResourceHours{quiet})
	if len(list) != 1 || !list[0].Since.Equal(start.Add(2*time.Hour)) {
		t.Errorf("found %+v, want errors since the third hour", list)
	}
}

func TestLimitsFollowTheConfiguration(t *testing.T) {
	slow := column("Duration", "Maximum", times(12, 2500)...)
	near := hours("lambda", "near", `{"timeout_ns":3000000000}`, slow)
	far := hours("lambda", "far", `{"timeout_ns":30000000000}`, slow)
	waiting := column("ApproximateNumberOfMessagesVisible", "Maximum", times(12, 3)...)
	source := hours("sqs", "work", `{"retention_s":345600,"edges":[{"to":"arn:dead","kind":"dead-letter"}]}`, waiting)
	dead := hours("sqs", "dead", `{}`, waiting)
	got := ids(Find(window, []model.ResourceHours{near, far, source, dead}))
	want := []string{"sqs-dead-letters dead", "lambda-near-timeout near"}
	if !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

// TestRulesSayWhy holds every rule to a reason and a unique name.
func TestRulesSayWhy(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.ID] || r.Text == "" || r.Severity.Rank() < 0 {
			t.Errorf("rule %q: twice, or without text or severity", r.ID)
		}
		seen[r.ID] = true
		subject := &Subject{ResourceHours: &model.ResourceHours{Config: json.RawMessage(`{"timeout_ns":1000000000,"reserved_concurrency":10,"retention_s":1000}`)}, DeadLetter: true}
		if l, ok := r.Limit(subject); ok && l.Why == "" {
			t.Errorf("rule %s does not say why", r.ID)
		}
	}
}
