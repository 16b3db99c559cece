package report

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Layout says how Write prints a table for people.
type Layout struct {
	// Width is the terminal's width in columns; 0 is without limit.
	Width int
}

// Write prints a table in one of the formats of --output: table, wide, json,
// ndjson, csv or markdown.
func Write(w io.Writer, t Table, format string, l Layout) error {
	switch format {
	case "table", "wide":
		return writeText(w, t.forPeople(), format == "wide", l.Width)
	case "json":
		return writeTableJSON(w, t)
	case "ndjson":
		return writeNDJSON(w, t)
	case "csv":
		return writeCSV(w, t)
	case "markdown":
		return writeMarkdown(w, t.forPeople())
	}
	return fmt.Errorf("printing %s: no format %q", t.Name, format)
}

// shown lists the indices of the columns for people.
func (t *Table) shown(wide bool) []int {
	var out []int
	for i, c := range t.Columns {
		if c.Show == DataOnly || c.Kind == Numbers || c.Kind == Texts || (c.Show == WideOnly && !wide) {
			continue
		}
		out = append(out, i)
	}
	return out
}

// field is one key of a data format and the value it has in a row.
type field struct {
	key   string
	value func(cells []any) any
}

// fields lists what data formats hold of a row. A Money column becomes
// three: the likely amount and its bounds.
func (t *Table) fields() []field {
	var out []field
	for i, c := range t.Columns {
		if c.Show == PrintOnly {
			continue
		}
		if c.Kind != Money {
			out = append(out, field{c.Key, func(cells []any) any { return finite(cells[i]) }})
			continue
		}
		for _, b := range moneyKeys(c.Key, cmp.Or(c.Bounds, strings.TrimSuffix(c.Key, "_usd"))) {
			out = append(out, field{b.key, func(cells []any) any { return b.of(cells[i]) }})
		}
	}
	return out
}

// finite turns a number that JSON cannot hold into unknown.
func finite(v any) any {
	if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return nil
	}
	return v
}

type moneyKey struct {
	key string
	of  func(any) any
}

// moneyKeys are "cost_usd", "cost_low_usd", "cost_high_usd" for "cost_usd"
// and the stem "cost".
func moneyKeys(key, stem string) []moneyKey {
	part := func(pick func(model.Cost) unit.USD) func(any) any {
		return func(v any) any {
			c, ok := v.(model.Cost)
			if !ok || c.Unknown {
				return nil
			}
			return pick(c)
		}
	}
	return []moneyKey{
		{key, part(func(c model.Cost) unit.USD { return c.Likely })},
		{stem + "_low_usd", part(func(c model.Cost) unit.USD { return c.Low })},
		{stem + "_high_usd", part(func(c model.Cost) unit.USD { return c.High })},
	}
}

// object writes one row as a JSON object with its keys in column order.
func object(fields []field, cells []any) (json.RawMessage, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		v, err := json.Marshal(f.value(cells))
		if err != nil {
			return nil, fmt.Errorf("writing %s: %w", f.key, err)
		}
		b.WriteString(strconv.Quote(f.key) + ":")
		b.Write(v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// objects are the data rows of a table.
func (t *Table) objects() ([]json.RawMessage, error) {
	fields := t.fields()
	out := []json.RawMessage{}
	for _, r := range t.Rows {
		if r.Group {
			continue
		}
		o, err := object(fields, r.Cells)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func writeTableJSON(w io.Writer, t Table) error {
	rows, err := t.objects()
	if err != nil {
		return err
	}
	body := map[string]any{t.Name: rows}
	for k, v := range t.Facts {
		body[k] = v
	}
	return WriteJSON(w, NewEnvelope(t.GeneratedAt, t.Book, t.Warnings), body)
}

func writeNDJSON(w io.Writer, t Table) error {
	rows, err := t.objects()
	if err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := w.Write(append(r, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// writeCSV writes the data rows under a header, RFC 4180 with line feeds.
// Numbers are unrounded and plain, unknown is an empty field.
func writeCSV(w io.Writer, t Table) error {
	out := csv.NewWriter(w)
	fields := t.fields()
	head := make([]string, len(fields))
	for i, f := range fields {
		head[i] = f.key
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for _, r := range t.Rows {
		if r.Group {
			continue
		}
		line := make([]string, len(fields))
		for i, f := range fields {
			line[i] = csvText(f.value(r.Cells))
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// csvText prints a cell for CSV. Text that a spreadsheet would run as a
// formula gets an apostrophe in front (OWASP, CSV Injection).
func csvText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return formulaSafe(textsafe.Line(v))
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case unit.MiB:
		return strconv.FormatInt(int64(v), 10)
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	case []string:
		return formulaSafe(textsafe.Line(strings.Join(v, "; ")))
	case []float64:
		texts := make([]string, len(v))
		for i, f := range v {
			texts[i] = csvText(f)
		}
		return strings.Join(texts, "; ")
	}
	return fmt.Sprint(v)
}

func formulaSafe(s string) string {
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}

func writeMarkdown(w io.Writer, t Table) error {
	var b strings.Builder
	columns := t.shown(true)
	if t.Title != "" {
		fmt.Fprintf(&b, "### %s\n\n", markdownText(t.Title))
	}
	head, rule := "|", "|"
	for _, c := range columns {
		head += " " + markdownText(t.Columns[c].Title) + " |"
		if t.Columns[c].Kind.right() {
			rule += " ---: |"
		} else {
			rule += " --- |"
		}
	}
	fmt.Fprintf(&b, "%s\n%s\n", head, rule)
	rows := t.printed(columns, false)
	for i, r := range rows {
		b.WriteByte('|')
		for _, cell := range r {
			cell = markdownText(cell)
			if t.Total != nil && i == len(rows)-1 && cell != "" {
				cell = "**" + cell + "**"
			}
			b.WriteString(" " + cell + " |")
		}
		b.WriteByte('\n')
	}
	for _, n := range t.notes() {
		fmt.Fprintf(&b, "\n%s\n", markdownText(n))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdownText keeps text of an account from being read as Markdown or HTML.
var markdownEscape = strings.NewReplacer(
	"\\", "\\\\", "|", "\\|", "<", "&lt;", ">", "&gt;", "&", "&amp;", "*", "\\*", "_", "\\_",
	"`", "\\`", "[", "\\[", "]", "\\]", "!", "\\!", "#", "\\#", "~", "\\~", "\n", " ",
)

func markdownText(s string) string { return markdownEscape.Replace(textsafe.Line(s)) }

// notes are the lines under a table: its own, then one for each kind of
// warning.
func (t *Table) notes() []string {
	out := append([]string(nil), t.Notes...)
	for i, f := range footnotes(t.Warnings) {
		out = append(out, fmt.Sprintf("[%d] %s", i+1, f))
	}
	return out
}
