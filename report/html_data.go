package report

import (
	"encoding/json"
	"slices"

	"github.com/breakeven-dev/breakeven/model"
)

// dataTable is a table as columns and rows, a third of the size of objects.
type dataTable struct {
	Columns []string `json:"columns"`
	Rows    [][]any  `json:"rows"`
}

// dataJSON is what a report embeds for its script and for download: the
// functions, the line items and the account's hours. encoding/json escapes
// <, > and &, so that no name can end the element it stands in.
func dataJSON(a model.Analysis) ([]byte, error) {
	functions, err := Functions(a, FunctionOptions{})
	if err != nil {
		return nil, err
	}
	costs, err := Costs(a, CostOptions{})
	if err != nil {
		return nil, err
	}
	advice := Recommendations(a, RecommendOptions{})
	options := Compare(a, a.Compare, "")
	body := struct {
		Envelope
		Window     model.Window   `json:"window"`
		Coverage   model.Coverage `json:"coverage"`
		Total      model.Cost     `json:"total"`
		Monthly    model.Cost     `json:"monthly"`
		Functions  dataTable      `json:"functions"`
		Lines      dataTable      `json:"line_items"`
		Advice     dataTable      `json:"recommendations"`
		Options    dataTable      `json:"options"`
		Gaps       []model.Gap    `json:"gaps"`
		HourStart  int64          `json:"hours_from_unix_s"`
		Hours      []int64        `json:"hours_invocations"`
		HourErrors []int64        `json:"hours_errors"`
		HourMs     []int64        `json:"hours_duration_sum_ms"`
		HourCold   []int64        `json:"hours_cold_starts"`
		HourGaps   []int          `json:"hours_missing"`
	}{
		Envelope: NewEnvelope(a.GeneratedAt, a.Book, a.Warnings),
		Window:   a.Window, Coverage: a.Coverage, Total: a.Total, Monthly: a.Monthly, Gaps: append([]model.Gap{}, a.Gaps...),
		Functions: columnar(&functions, "name", "region", "app", "runtime", "architecture", "memory_mb", "max_memory_used_mb", "invocations", "p50_ms", "p95_ms", "p99_ms", "errors", "throttles", "cold_start_share", "cost_usd", "cost_low_usd", "cost_high_usd", "cold_start_cost_usd"),
		Lines:     columnar(&costs, "service", "region", "name", "dimension", "quantity", "unit_price_usd", "cost_usd", "basis"),
		Advice:    columnar(&advice, "saving_usd", "saving_low_usd", "saving_high_usd", "title", "name", "region", "confidence", "effort", "rule"), Options: columnar(&options, "option", "architecture", "purchase", "configuration", "servers", "utilisation", "monthly_cost_usd", "cost_low_usd", "cost_high_usd", "break_even_requests_per_second"), HourGaps: []int{},
	}
	for i, h := range a.Hours {
		if i == 0 {
			body.HourStart = h.At.Unix()
		}
		body.Hours, body.HourErrors = append(body.Hours, h.Invocations), append(body.HourErrors, h.Errors)
		body.HourMs, body.HourCold = append(body.HourMs, int64(h.DurationMs)), append(body.HourCold, h.ColdStarts)
		if h.Missing {
			body.HourGaps = append(body.HourGaps, i)
		}
	}
	return json.Marshal(body)
}

// columnar takes the data rows of a table apart; with keys, only these.
func columnar(t *Table, keys ...string) dataTable {
	var fields []field
	for _, f := range t.fields() {
		if len(keys) == 0 || slices.Contains(keys, f.key) {
			fields = append(fields, f)
		}
	}
	out := dataTable{Rows: [][]any{}}
	for _, f := range fields {
		out.Columns = append(out.Columns, f.key)
	}
	for _, r := range t.Rows {
		if r.Group {
			continue
		}
		row := make([]any, len(fields))
		for i, f := range fields {
			row[i] = f.value(r.Cells)
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
