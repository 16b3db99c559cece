package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"github.com/breakeven-dev/breakeven/model/textsafe"
)

// writeText lays a table out for a terminal: two spaces between columns, a
// rule under the header and above the total, notes below.
func writeText(w io.Writer, t Table, wide bool, width int) error {
	s := newSheet(&t, t.shown(wide), false)
	if width > 0 {
		s = s.fit(width)
	}
	var b strings.Builder
	if err := s.layOut(&b); err != nil {
		return fmt.Errorf("laying out %s: %w", t.Name, err)
	}
	text := trimRight(b.String())
	if t.Title != "" {
		text = wrapNote(textsafe.Line(t.Title), width) + "\n\n" + text
	}
	notes := append(t.notes(), s.hints()...)
	if len(notes) > 0 {
		text += "\n"
	}
	for _, n := range notes {
		text += wrapNote(n, width) + "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

// gap is what stands between columns.
const gap = "  "

// sheet is a table's text, not yet laid out.
type sheet struct {
	t       *Table
	columns []int
	titles  []string
	rows    [][]string
	brief   bool // ranges are shortened
	dropped int  // columns left out
}

func newSheet(t *Table, columns []int, brief bool) sheet {
	s := sheet{t: t, columns: columns, brief: brief, rows: t.printed(columns, brief), titles: make([]string, len(columns))}
	for i, c := range columns {
		s.titles[i] = t.Columns[c].Title
	}
	return s
}

// hints say what was left out to fit the terminal.
func (s sheet) hints() []string {
	var out []string
	if s.brief && s.ranged() {
		out = append(out, "~ stands for a range; -o wide shows its bounds")
	}
	if s.dropped > 0 {
		out = append(out, fmt.Sprintf("%d columns left out to fit; -o wide shows all", s.dropped))
	}
	return out
}

func (s sheet) ranged() bool {
	for _, r := range s.rows {
		for i, c := range s.columns {
			if s.t.Columns[c].Kind == Money && strings.HasPrefix(r[i], "~") {
				return true
			}
		}
	}
	return false
}

// The widths below which a column of text tells nothing, and to which one is
// cut before spare columns go.
const (
	leastText   = 8
	decentText  = 18
	widestNotes = 100
)

// fit makes a sheet narrow enough: it shortens ranges, leaves out spare
// columns, then cuts text. What does not fit even so stays too wide.
func (s sheet) fit(width int) sheet {
	if s.width(s.widths()) <= width {
		return s
	}
	s = newSheet(s.t, s.columns, true)
	for s.atLeast(decentText) > width {
		i := s.sparest()
		if i < 0 {
			break
		}
		dropped := s.dropped + 1
		s = newSheet(s.t, slices.Delete(slices.Clone(s.columns), i, i+1), true)
		s.dropped = dropped
	}
	return s.cut(width)
}

// sparest is the index of the column to leave out next, -1 if all must stay.
func (s sheet) sparest() int {
	best, level := -1, 0
	for i, c := range s.columns {
		if sp := s.t.Columns[c].Spare; sp > level {
			best, level = i, sp
		}
	}
	return best
}

// widths are the columns' natural widths.
func (s sheet) widths() []int {
	widths := make([]int, len(s.columns))
	for i := range s.columns {
		widths[i] = ansi.StringWidth(s.titles[i])
		for _, r := range s.rows {
			widths[i] = max(widths[i], ansi.StringWidth(r[i]))
		}
	}
	return widths
}

// width is that of a row with columns of the given widths.
func (s sheet) width(widths []int) int {
	sum := len(gap) * (len(widths) - 1)
	for _, w := range widths {
		sum += w
	}
	return sum
}

// atLeast is a row's width with shrinking columns cut to at most limit.
func (s sheet) atLeast(limit int) int {
	widths := s.widths()
	for i, c := range s.columns {
		if s.t.Columns[c].Shrink {
			widths[i] = min(widths[i], limit)
		}
	}
	return s.width(widths)
}

// cut shortens the widest shrinking column, again and again, to fit width.
func (s sheet) cut(width int) sheet {
	widths := s.widths()
	for sum := s.width(widths); sum > width; sum-- {
		widest := -1
		for i, c := range s.columns {
			if s.t.Columns[c].Shrink && widths[i] > leastText && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	for i, c := range s.columns {
		if !s.t.Columns[c].Shrink {
			continue
		}
		s.titles[i] = ansi.Truncate(s.titles[i], widths[i], "…")
		for _, r := range s.rows {
			r[i] = ansi.Truncate(r[i], widths[i], "…")
		}
	}
	return s
}

// layOut draws header, rows and total with tablewriter.
func (s sheet) layOut(w io.Writer) error {
	align := make([]tw.Align, len(s.columns))
	for i, c := range s.columns {
		align[i] = tw.AlignLeft
		if s.t.Columns[c].Kind.right() {
			align[i] = tw.AlignRight
		}
	}
	table := tablewriter.NewTable(w,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders: tw.BorderNone,
			Symbols: tw.NewSymbolCustom("plain").WithRow("─").WithColumn(" ").WithCenter("─"),
			Settings: tw.Settings{
				Separators: tw.SeparatorsNone,
				Lines:      tw.Lines{ShowTop: tw.Off, ShowBottom: tw.Off, ShowHeaderLine: tw.On, ShowFooterLine: tw.On},
			},
		})),
		tablewriter.WithConfig(tablewriter.Config{Header: plainCells(align), Row: plainCells(align), Footer: plainCells(align)}),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithTrimSpace(tw.Off),
	)
	table.Header(s.titles)
	body := s.rows
	if s.t.Total != nil {
		body = s.rows[:len(s.rows)-1]
		table.Footer(s.rows[len(s.rows)-1])
	}
	if err := table.Bulk(body); err != nil {
		return err
	}
	return table.Render()
}

func plainCells(align []tw.Align) tw.CellConfig {
	padding := make([]tw.Padding, len(align))
	for i := range padding {
		padding[i] = tw.Padding{Right: gap, Overwrite: true}
	}
	if len(padding) > 0 {
		padding[len(padding)-1] = tw.PaddingNone
	}
	return tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{PerColumn: align},
		Padding:    tw.CellPadding{Global: tw.PaddingNone, PerColumn: padding},
	}
}

// trimRight takes the padding off line ends.
func trimRight(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(strings.ReplaceAll(l, "\u00a0", " "), " ")
	}
	return strings.Join(lines, "\n")
}

// wrapNote breaks a note at the terminal's width, at most 100 columns.
func wrapNote(s string, width int) string {
	if width <= 0 {
		return s
	}
	return ansi.Wordwrap(s, min(width, widestNotes), " ")
}
