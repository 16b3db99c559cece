package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/modeltest"
)

// withUnusual is the sample account with a loop over midnight and an outage
// of errors that no function explains.
func withUnusual() model.Analysis {
	a := modeltest.Analysis()
	at := modeltest.Start.AddDate(0, 0, 20).Add(22 * time.Hour)
	a.Unusual = []model.Unusual{
		{
			From: at, To: at.Add(4 * time.Hour), Metric: "invocations", Actual: 41234.4, Expected: 9000, Low: 8000.6, High: 10000,
			Cause: &model.UnusualCause{
				Resource: model.ResourceKey{ID: "arn:loop", Name: "loop\x1b[31m<script>"}, Actual: 60000, Usual: 27766,
				ConfiguredAt: at.Add(-time.Hour),
			},
		},
		{From: at.AddDate(0, 0, 2), To: at.AddDate(0, 0, 2).Add(time.Hour), Metric: "errors", Actual: 70, Expected: 2, High: 9},
	}
	return a
}

func TestUnusualHours(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, UnusualHours(withUnusual()), "table", Layout{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Hours out of the ordinary: 2,",
		"13 Nov 22:00–14 Nov 02:00", "41,234", "9,000 (8,001–10,000)", "loop", "60,000 on the day, 27,766 as a rule, changed 13 Nov 21:00",
		"15 Nov 22:00–23:00", "2 (0–9)", "no single function",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Error("the account's escape code reaches the terminal")
	}
}

// Both days of the loop are marked in the charts of cost and calls, none in
// that of errors but its own.
func TestUnusualDaysMarked(t *testing.T) {
	marked := map[string]int{}
	for _, c := range timeCharts(withUnusual()) {
		for _, b := range append(c.Bars, c.Dots...) {
			if b.Unusual {
				marked[c.ID]++
				if !strings.Contains(b.Tip, "expected") {
					t.Errorf("%s: %q does not say what was expected", c.ID, b.Tip)
				}
			}
		}
	}
	if marked["cost-per-day"] != 2 || marked["calls-over-time"] != 2 || marked["errors-over-time"] != 1 || marked["duration-over-time"] != 0 {
		t.Errorf("%v bars are marked", marked)
	}
	var page bytes.Buffer
	if err := HTML(&page, withUnusual(), HTMLOptions{}); err != nil {
		t.Fatal(err)
	}
	if text := page.String(); strings.Count(text, `class="unusual"`) != 5 || !strings.Contains(text, "41,234") || strings.Contains(text, "31m<script>") {
		t.Errorf("%d marks in the report, want 5, the table, and the name escaped", strings.Count(text, `class="unusual"`))
	}
	page.Reset()
	if err := HTML(&page, modeltest.Analysis(), HTMLOptions{}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), `class="unusual"`) || strings.Contains(page.String(), "out of the ordinary") {
		t.Error("a report without news has some")
	}
}
