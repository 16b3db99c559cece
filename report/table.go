package report

import (
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Table is a view as data: what stands in it, apart from how it is laid out.
// Write prints one in any format.
type Table struct {
	// Name is the key of the rows in JSON, in snake_case: "functions".
	Name string
	// Title is a line above the table, for people; it may be empty.
	Title   string
	Columns []Column
	Rows    []Row
	// Total has one cell a column, nil for an empty one; nil without totals.
	Total []any
	// Notes are lines under the table, for people.
	Notes []string
	// Facts are JSON keys beside the rows ("total_usd"); values must marshal.
	Facts map[string]any
	// Warnings end up as numbered footnotes, and in JSON as warnings.
	Warnings    []model.Warning
	GeneratedAt time.Time
	Book        model.BookInfo
}

// Row is a line of a Table.
type Row struct {
	// Cells has one value a column: nil is unknown, else the type that the
	// column's Kind names.
	Cells []any
	// Depth is the row's level in a tree, 0 at its root. The money of the
	// rows one level below it adds up to its own.
	Depth int
	// Group marks a subtotal: data formats leave it out, so that a column
	// adds up to the total.
	Group bool
	// DataOnly rows are left out for people, who find them in a note.
	DataOnly bool
}

// Column describes a column of a Table.
type Column struct {
	// Key is the name in JSON and CSV, snake_case with the unit as suffix. A
	// Money column "cost_usd" has "cost_low_usd" and "cost_high_usd" beside
	// it, made of Bounds ("cost") where the stem of Key is not meant.
	Key    string
	Bounds string
	Title  string
	Kind   Kind
	Show   Show
	// Blank is printed for people instead of a dash where a cell is nil.
	Blank bool
	// Shrink marks a column of text that may be cut where a terminal is too
	// narrow.
	Shrink bool
	// Spare columns are left out where a terminal is too narrow, the highest
	// number first; 0 always stays.
	Spare int
}

// Kind is what a column's cells hold and how they are printed.
type Kind int

// The kinds of columns and the Go type of their cells.
const (
	Text    Kind = iota // string
	Tree                // string, indented by the row's depth
	Count               // int64
	Amount              // unit.Quantity
	Number              // float64
	Money               // model.Cost; a column is printed to one scale and adds up
	Price               // unit.USD, printed with all its digits
	Share               // float64 of 0 to 1
	Millis              // float64 in milliseconds
	Memory              // unit.MiB
	Instant             // time.Time
	Flag                // bool
	Numbers             // []float64, data only
	Texts               // []string, data only
	Precise             // float64, printed with five digits that matter
)

// Show says in which formats a column appears.
type Show int

// The formats a column may be meant for.
const (
	Always    Show = iota
	WideOnly       // in wide tables and data
	DataOnly       // JSON, NDJSON and CSV
	PrintOnly      // tables and Markdown
)

// right tells whether cells of the kind are aligned to the right.
func (k Kind) right() bool {
	switch k {
	case Count, Amount, Number, Precise, Money, Price, Share, Millis, Memory:
		return true
	}
	return false
}

// forPeople is the table without the rows meant for data alone.
func (t Table) forPeople() Table {
	t.Rows = slices.DeleteFunc(slices.Clone(t.Rows), func(r Row) bool { return r.DataOnly })
	return t
}

// printed returns the text of every cell of the columns at the given
// indices, row by row, with the total as last row if there is one. In brief,
// a range is its likely amount with "~" in front.
func (t *Table) printed(columns []int, brief bool) [][]string {
	rows := len(t.Rows)
	if t.Total != nil {
		rows++
	}
	out := make([][]string, rows)
	for r := range out {
		out[r] = make([]string, len(columns))
	}
	for i, c := range columns {
		texts := t.column(c, brief)
		for r := range out {
			out[r][i] = texts[r]
		}
	}
	return out
}

// column returns the printed cells of one column, the total last.
func (t *Table) column(c int, brief bool) []string {
	if t.Columns[c].Kind == Money {
		return t.moneyColumn(c, brief)
	}
	var out []string
	for _, r := range t.Rows {
		text := cellText(t.Columns[c], r.Cells[c])
		if t.Columns[c].Kind == Tree {
			text = indent(r.Depth) + text
		}
		out = append(out, text)
	}
	if t.Total != nil {
		text := ""
		if t.Total[c] != nil {
			text = cellText(t.Columns[c], t.Total[c])
		}
		out = append(out, text)
	}
	return out
}

// indent is two columns a level; no-break spaces survive layout and Markdown.
func indent(depth int) string {
	s := ""
	for range depth {
		s += "\u00a0\u00a0"
	}
	return s
}

// cellText prints one cell other than money.
func cellText(c Column, v any) string {
	if v == nil {
		if c.Blank {
			return ""
		}
		return dash
	}
	switch v := v.(type) {
	case string:
		return textsafe.Line(v)
	case int64:
		return count(v)
	case unit.Quantity:
		return quantity(v)
	case unit.USD:
		return "$" + v.String()
	case unit.MiB:
		return v.String()
	case time.Time:
		return instant(v)
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case float64:
		return floatText(c.Kind, v)
	}
	return dash
}

func floatText(k Kind, v float64) string {
	switch k {
	case Precise:
		return precise(v)
	case Share:
		return percent(v)
	case Millis:
		return millis(v)
	}
	return number(v)
}

// moneyColumn prints a column of costs to one scale so that the printed parts
// add up to the printed whole, level by level.
func (t *Table) moneyColumn(c int, brief bool) []string {
	rows := t.Rows
	costs, places := t.costs(c)
	var total *model.Cost
	if t.Total != nil {
		if v, ok := t.Total[c].(model.Cost); ok {
			total = &v
		}
	}
	rounded := roundTree(rows, costs, total, places)
	out := make([]string, 0, len(rows)+1)
	for i := range rows {
		_, set := rows[i].Cells[c].(model.Cost)
		out = append(out, costText(t.Columns[c], costs[i], set, rounded[i], places, brief))
	}
	if t.Total != nil {
		text := ""
		if total != nil {
			text = costText(t.Columns[c], *total, true, total.Likely.Round(places), places, brief)
		}
		out = append(out, text)
	}
	return out
}

// restOf sums up what the rows from the nth on print as in a money column; ok
// is false where one of them is not known.
func (t *Table) restOf(c, n int) (sum unit.USD, places int32, ok bool) {
	costs, places := t.costs(c)
	total, _ := t.Total[c].(model.Cost)
	for i, u := range roundTree(t.Rows, costs, &total, places) {
		if i >= n {
			if costs[i].Unknown {
				return sum, places, false
			}
			sum = sum.Add(u)
		}
	}
	return sum, places, true
}

// costs are the amounts of a money column, zero where a cell is empty, and
// the decimals that its largest one asks for.
func (t *Table) costs(c int) ([]model.Cost, int32) {
	costs := make([]model.Cost, len(t.Rows))
	largest := unit.USD{}
	for i, r := range t.Rows {
		costs[i], _ = r.Cells[c].(model.Cost)
		if !costs[i].Unknown {
			largest = larger(largest, costs[i].Likely)
		}
	}
	if t.Total != nil {
		if v, ok := t.Total[c].(model.Cost); ok && !v.Unknown {
			largest = larger(largest, v.Likely)
		}
	}
	return costs, placesFor(largest)
}

func costText(c Column, cost model.Cost, set bool, printed unit.USD, places int32, brief bool) string {
	if !set && c.Blank {
		return ""
	}
	if !set || cost.Unknown {
		return dash
	}
	text, spread := dollars(printed, places), bounds(cost, printed, places)
	if printed.IsZero() && !cost.Likely.IsZero() {
		text = dollars(signed(lastPlace(places+2), cost.Likely.Sign()), places)
	}
	if brief && spread != "" {
		return "~" + text
	}
	return text + spread
}

func signed(u unit.USD, sign int) unit.USD {
	if sign < 0 {
		return unit.USD{}.Sub(u)
	}
	return u
}

// larger returns the one of a (not negative) and |b| that is larger.
func larger(a, b unit.USD) unit.USD {
	if b = signed(b, b.Sign()); b.Cmp(a) > 0 {
		return b
	}
	return a
}

// roundTree rounds each row's likely amount: the roots share out the total,
// the rows below a row share out what it was rounded to.
func roundTree(rows []Row, costs []model.Cost, total *model.Cost, places int32) []unit.USD {
	out := make([]unit.USD, len(rows))
	for i := range rows {
		out[i] = costs[i].Likely.Round(places)
	}
	whole := unit.USD{}
	known := total != nil && !total.Unknown
	if known {
		whole = total.Likely
	}
	shareOut(rows, costs, 0, len(rows), 0, known, whole, whole.Round(places), places, out)
	return out
}

// shareOut rounds the rows of a depth in [from, to) to add up to printed, the
// rounded form of whole, then descends into each.
func shareOut(rows []Row, costs []model.Cost, from, to, depth int, known bool, whole, printed unit.USD, places int32, out []unit.USD) {
	var at []int
	for i := from; i < to; i++ {
		if rows[i].Depth == depth {
			at = append(at, i)
			known = known && !costs[i].Unknown
		}
	}
	if known {
		parts := make([]unit.USD, len(at))
		for k, i := range at {
			parts[k] = costs[i].Likely
		}
		for k, u := range apportionTo(printed, whole, parts, places) {
			out[at[k]] = u
		}
	}
	for k, i := range at {
		end := to
		if k+1 < len(at) {
			end = at[k+1]
		}
		if i+1 < end {
			shareOut(rows, costs, i+1, end, depth+1, !costs[i].Unknown, costs[i].Likely, out[i], places, out)
		}
	}
}
