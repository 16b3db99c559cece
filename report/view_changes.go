package report

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/textsafe"
)

// Changes is one line for each change of memory or architecture in the window,
// with what came of it.
func Changes(a model.Analysis) Table {
	t := base(a, "changes")
	t.Columns = []Column{
		{Key: "name", Title: "Function", Shrink: true},
		{Key: "changed_at", Title: "Changed", Show: PrintOnly},
		{Key: "at", Title: "Changed", Show: DataOnly},
		{Key: "what", Title: "What", Shrink: true},
		{Key: "before_ms", Title: "Before", Kind: Millis},
		{Key: "after_ms", Title: "After", Kind: Millis},
		{Key: "before_per_million_usd", Bounds: "before_per_million", Title: "Per million before", Kind: Money},
		{Key: "after_per_million_usd", Bounds: "after_per_million", Title: "After", Kind: Money},
		{Key: "verdict", Title: "Verdict", Shrink: true},
		{Key: "pairs", Title: "Days", Kind: Count, Show: WideOnly},
		{Key: "before_invocations", Title: "Calls before", Kind: Count, Show: WideOnly},
		{Key: "after_invocations", Title: "Calls after", Kind: Count, Show: WideOnly},
		{Key: "region", Title: "Region", Show: WideOnly},
		{Key: "resource_id", Title: "ARN", Show: DataOnly},
	}
	for _, c := range a.Changes {
		t.Rows = append(t.Rows, Row{Cells: []any{
			c.Resource.Name, c.At.UTC().Format("2 Jan 15:04"), c.At.UTC().Format(time.RFC3339), c.What, c.BeforeMs, c.AfterMs, c.Before, c.After, c.Verdict,
			int64(c.Pairs), c.BeforeN, c.AfterN, string(c.Resource.Region), string(c.Resource.ID),
		}})
	}
	t.Title = fmt.Sprintf("Changes of memory or architecture: %d, %s", len(a.Changes), window(a.Window))
	t.Notes = append(t.Notes,
		"Each day after a change is held against the day before it of nearest traffic; only whole days, at most 14 on either side. Durations are CloudWatch's, without init.",
		"Per million is the duration of a million invocations at list price; the range is that of the durations' ratio, 95 %.")
	return t
}

// UnusualHours is one line for each stretch of hours out of the ordinary, with
// what was expected and the likely reason.
func UnusualHours(a model.Analysis) Table {
	t := base(a, "unusual")
	t.Warnings = nil // they are about costs
	t.Columns = []Column{
		{Key: "when", Title: "When (UTC)", Show: PrintOnly},
		{Key: "from", Title: "From", Show: DataOnly},
		{Key: "to", Title: "To", Show: DataOnly},
		{Key: "metric", Title: "What"},
		{Key: "actual", Title: "Was", Kind: Number},
		{Key: "expected", Title: "Expected", Kind: Number, Show: DataOnly},
		{Key: "expected_low", Title: "Expected, low", Kind: Number, Show: DataOnly},
		{Key: "expected_high", Title: "Expected, high", Kind: Number, Show: DataOnly},
		{Key: "expected_range", Title: "Expected", Show: PrintOnly},
		{Key: "reason", Title: "Likely reason", Shrink: true},
		{Key: "cause_resource_id", Title: "Cause", Show: DataOnly},
	}
	for i := range a.Unusual {
		u := &a.Unusual[i]
		cause := any(nil)
		if u.Cause != nil {
			cause = string(u.Cause.Resource.ID)
		}
		t.Rows = append(t.Rows, Row{Cells: []any{
			stretch(u), u.From.UTC().Format(time.RFC3339), u.To.UTC().Format(time.RFC3339), unusualNames[u.Metric],
			u.Actual, u.Expected, u.Low, u.High, expected(u), reason(u), cause,
		}})
	}
	t.Title = fmt.Sprintf("Hours out of the ordinary: %d, %s", len(a.Unusual), window(a.Window))
	t.Notes = append(t.Notes,
		"Each hour of all Lambda functions is held against a forecast from the hours before it, and against what such forecasts missed by; the range is what would have been ordinary. The first two weeks with traffic only teach.",
		"A reason is the function that explains at least half of the difference by its own days, each against the median of the same weekday.")
	return t
}

var unusualNames = map[string]string{"invocations": "invocations", "errors": "errors", "duration_seconds": "seconds of work"}

// stretch is a stretch of hours on one line.
func stretch(u *model.Unusual) string {
	from, to := u.From.UTC(), u.To.UTC()
	end := to.Format("15:04")
	if last := to.Add(-time.Hour); last.YearDay() != from.YearDay() {
		end = to.Format("2 Jan 15:04")
	}
	return from.Format("2 Jan 15:04") + "–" + end
}

func expected(u *model.Unusual) string {
	return fmt.Sprintf("%s (%s–%s)", whole(u.Expected), whole(u.Low), whole(u.High))
}

func whole(v float64) string { return count(int64(math.Round(v))) }

// reason says what is behind a stretch, as far as the functions' days tell.
func reason(u *model.Unusual) string {
	c := u.Cause
	if c == nil {
		return "no single function"
	}
	text := fmt.Sprintf("%s: %s on the day, %s as a rule", textsafe.Line(c.Resource.Name), whole(c.Actual), whole(c.Usual))
	if !c.ConfiguredAt.IsZero() {
		text += ", changed " + c.ConfiguredAt.UTC().Format("2 Jan 15:04")
	}
	return text
}

// unusualIn says what was out of the ordinary with one of the metrics in
// [from, to), to be put behind another text; empty where nothing was.
func unusualIn(list []model.Unusual, from, to time.Time, metrics []string) (text string) {
	for i := range list {
		if u := &list[i]; slices.Contains(metrics, u.Metric) && u.From.Before(to) && from.Before(u.To) {
			text += fmt.Sprintf("; unusual %s of %s: %s, expected %s, %s", unusualNames[u.Metric], stretch(u), whole(u.Actual), expected(u), reason(u))
		}
	}
	return text
}
