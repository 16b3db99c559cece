package report

import (
	"fmt"
	"time"

	"github.com/breakeven-dev/breakeven/model"
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
