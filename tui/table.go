package tui

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	"github.com/sahilm/fuzzy"
)

// cell is the text of one field and what it means.
type cell struct {
	text string
	tone tone
}

// column describes one field of a table's rows.
type column[T any] struct {
	key   string // pressed after s to sort by it; empty: cannot be sorted by
	title string
	// heading replaces title where it depends on the scene.
	heading func(scene) string
	width   int // cells; of the flexible column the least it may have
	flex    bool
	drop    int // the highest is left out first where width is short; 0 stays
	left    bool
	text    func(s scene, row T) cell
	num     func(row T) float64 // what to sort by; NaN goes last
	str     func(row T) string  // or this
}

// table shows rows that can be sorted, filtered and walked through. Only the
// rows that are visible are drawn, so its cost does not grow with them.
type table[T any] struct {
	cols  []column[T]
	name  func(T) string // what the filter looks at
	rows  []T
	names []string // of rows, lower case
	order []int    // indices into rows, as shown

	cursor, top int
	sort        int // index of the column sorted by, -1: as given
	reverse     bool
	filter      string
	choosing    bool // s was pressed, a column key is awaited
}

func newTable[T any](name func(T) string, cols []column[T]) table[T] {
	return table[T]{cols: cols, name: name, sort: -1}
}

// setRows replaces the rows and keeps order, filter and, as far as it still
// exists, the row under the cursor.
func (t *table[T]) setRows(rows []T) {
	kept := ""
	if r, ok := t.current(); ok {
		kept = t.name(r)
	}
	t.rows, t.names = rows, make([]string, len(rows))
	for i, r := range rows {
		t.names[i] = strings.ToLower(t.name(r))
	}
	t.arrange()
	for i, at := range t.order {
		if kept != "" && t.name(t.rows[at]) == kept {
			t.cursor = i
			return
		}
	}
}

// current returns the row under the cursor.
func (t *table[T]) current() (row T, ok bool) {
	if t.cursor < 0 || t.cursor >= len(t.order) {
		return row, false
	}
	return t.rows[t.order[t.cursor]], true
}

// setFilter shows the rows whose name holds text; "!text" those that do not,
// "~text" those with its letters in order, best match first.
func (t *table[T]) setFilter(text string) {
	t.filter = text
	t.cursor, t.top = 0, 0
	t.arrange()
}

// arrange rebuilds the order from filter and sort.
func (t *table[T]) arrange() {
	t.order = t.matching()
	if !strings.HasPrefix(t.filter, "~") || len(t.filter) == 1 || t.sort >= 0 {
		t.sortOrder()
	}
	t.cursor = min(max(t.cursor, 0), max(len(t.order)-1, 0))
}

func (t *table[T]) matching() []int {
	text := strings.ToLower(t.filter)
	order := make([]int, 0, len(t.rows))
	if rest, ok := strings.CutPrefix(text, "~"); ok && rest != "" {
		for _, m := range fuzzy.Find(rest, t.names) {
			order = append(order, m.Index)
		}
		return order
	}
	rest, inverse := strings.CutPrefix(text, "!")
	rest = strings.TrimPrefix(rest, "~")
	for i, n := range t.names {
		if rest == "" || strings.Contains(n, rest) != inverse {
			order = append(order, i)
		}
	}
	return order
}

// sortOrder sorts by keys computed once a row: comparing exact decimals
// 10,000 times 14 would be felt.
func (t *table[T]) sortOrder() {
	if t.sort < 0 {
		if t.reverse {
			slices.Reverse(t.order)
		}
		return
	}
	col := t.cols[t.sort]
	sign := 1
	if t.reverse {
		sign = -1
	}
	if col.str != nil {
		keys := make([]string, len(t.rows))
		for _, i := range t.order {
			keys[i] = strings.ToLower(col.str(t.rows[i]))
		}
		slices.SortStableFunc(t.order, func(a, b int) int { return sign * cmp.Compare(keys[a], keys[b]) })
		return
	}
	keys := make([]float64, len(t.rows))
	for _, i := range t.order {
		keys[i] = col.num(t.rows[i])
	}
	slices.SortStableFunc(t.order, func(a, b int) int {
		x, y := keys[a], keys[b]
		switch {
		case math.IsNaN(x) && math.IsNaN(y):
			return 0
		case math.IsNaN(x):
			return 1
		case math.IsNaN(y):
			return -1
		}
		return -sign * cmp.Compare(x, y) // numbers: the largest first
	})
}

// sortBy sorts by the column with the given index, or turns the order round
// where it already does.
func (t *table[T]) sortBy(i int) {
	if t.sort == i {
		t.reverse = !t.reverse
	} else {
		t.sort, t.reverse = i, false
	}
	t.cursor, t.top = 0, 0
	t.arrange()
}

// shiftSort moves the sort to the next column in direction d that can be
// sorted by.
func (t *table[T]) shiftSort(d int) {
	n := len(t.cols)
	at := t.sort
	if at < 0 && d < 0 {
		at = 0
	}
	for range n {
		at = (at + d + n) % n
		if t.cols[at].key != "" {
			t.sort, t.reverse = at, false
			t.arrange()
			return
		}
	}
}

// update handles a key with h lines to draw in, the heading among them; it
// reports whether the key was one of a table's.
func (t *table[T]) update(k keyPress, keys keymap, h int) bool {
	page := max(h-1, 1)
	if t.choosing {
		t.choose(k.String())
		return true
	}
	switch {
	case key.Matches(k, keys.Sort):
		t.choosing = true
	case key.Matches(k, keys.Reverse):
		t.reverse = !t.reverse
		t.arrange()
	case key.Matches(k, keys.SortLeft):
		t.shiftSort(-1)
	case key.Matches(k, keys.SortRight):
		t.shiftSort(1)
	default:
		to, ok := moved(k, keys, t.cursor, len(t.order), page)
		if !ok {
			return false
		}
		t.cursor = to
	}
	t.top = t.firstVisible(page)
	return true
}

// choose ends the wait for a column key.
func (t *table[T]) choose(pressed string) {
	t.choosing = false
	for i, c := range t.cols {
		if c.key != "" && c.key == pressed {
			t.sortBy(i)
		}
	}
}

// moved returns where a movement key leads from at among n things, a page
// being page long.
func moved(k keyPress, keys keymap, at, n, page int) (int, bool) {
	switch {
	case key.Matches(k, keys.Down):
		at++
	case key.Matches(k, keys.Up):
		at--
	case key.Matches(k, keys.Top):
		at = 0
	case key.Matches(k, keys.Bottom):
		at = n - 1
	case key.Matches(k, keys.HalfDown):
		at += max(page/2, 1)
	case key.Matches(k, keys.HalfUp):
		at -= max(page/2, 1)
	default:
		return at, false
	}
	return max(min(at, n-1), 0), true
}

// firstVisible is the first row drawn such that the cursor is in view.
func (t *table[T]) firstVisible(page int) int {
	top := t.top
	if t.cursor < top {
		top = t.cursor
	}
	if t.cursor >= top+page {
		top = t.cursor - page + 1
	}
	return max(min(top, len(t.order)-page), 0)
}

// click moves the cursor to line y of the table and reports whether it was
// there already; line 0 is the heading and sorts by the column under x.
func (t *table[T]) click(s scene, x, y, h int) (again bool) {
	if y == 0 {
		at := 2
		for _, c := range t.layout(s.w - 2) {
			if x >= at && x < at+c.width && t.cols[c.index].key != "" {
				t.sortBy(c.index)
			}
			at += c.width + 1
		}
		return false
	}
	to := t.firstVisible(max(h-1, 1)) + y - 1
	if to >= len(t.order) {
		return false
	}
	again = to == t.cursor
	t.cursor = to
	return again
}

// placed is a column that found room.
type placed struct{ index, width int }

// layout picks the columns that fit into w cells and widens the flexible one.
func (t *table[T]) layout(w int) []placed {
	kept := make([]bool, len(t.cols))
	total := 0
	for i, c := range t.cols {
		kept[i] = true
		total += c.width + 1
	}
	for total-1 > w {
		worst := -1
		for i, c := range t.cols {
			if kept[i] && c.drop > 0 && (worst < 0 || c.drop > t.cols[worst].drop) {
				worst = i
			}
		}
		if worst < 0 {
			break
		}
		kept[worst] = false
		total -= t.cols[worst].width + 1
	}
	var out []placed
	for i, c := range t.cols {
		if kept[i] {
			width := c.width
			if c.flex {
				width = max(width+w-(total-1), 1)
			}
			out = append(out, placed{i, width})
		}
	}
	return out
}

// view draws the table in s.w by h cells: a heading and h-1 rows.
func (t *table[T]) view(s scene, h int) string {
	cols := t.layout(s.w - 2)
	lines := []string{t.heading(s, cols)}
	page := max(h-1, 1)
	top := t.firstVisible(page)
	for i := top; i < min(top+page, len(t.order)); i++ {
		lines = append(lines, t.line(s, cols, t.rows[t.order[i]], i == t.cursor))
	}
	return strings.Join(lines, "\n")
}

// summed draws the table with a line under it: what the rows sum up to, or
// that the filter leaves no row of what is listed.
func (t *table[T]) summed(s scene, what, sum string) string {
	h := max(s.h-1, 1)
	lines := strings.Split(t.view(s, h), "\n")
	if len(t.order) == 0 {
		lines = append(lines[:min(len(lines), h)], "  no "+what+" matches "+t.filter)
	}
	for len(lines) < h {
		lines = append(lines, "")
	}
	return strings.Join(append(lines[:h], s.st.as(toneMuted, "  "+sum)), "\n")
}

func (t *table[T]) heading(s scene, cols []placed) string {
	parts := make([]string, len(cols))
	for i, p := range cols {
		c := t.cols[p.index]
		title := c.title
		if c.heading != nil {
			title = c.heading(s)
		}
		on := p.index == t.sort
		if on {
			title = t.arrow(s, c) + title
		}
		if c.left {
			title = fit(title, p.width, "")
		} else {
			title = fitRight(title, p.width, "")
		}
		parts[i] = s.st.as(toneHead, title)
		if on {
			parts[i] = s.st.as(toneSelect, title)
		}
	}
	return "  " + strings.Join(parts, " ")
}

// arrow points down where the largest or last comes first.
func (t *table[T]) arrow(s scene, c column[T]) string {
	if (c.str == nil) != t.reverse {
		return s.g.down
	}
	return s.g.up
}

func (t *table[T]) line(s scene, cols []placed, row T, on bool) string {
	var b strings.Builder
	for i, p := range cols {
		if i > 0 {
			b.WriteByte(' ')
		}
		c := t.cols[p.index]
		v := c.text(s, row)
		text := ""
		if c.left {
			text = fit(v.text, p.width, s.g.ell)
		} else {
			text = fitRight(v.text, p.width, s.g.ell)
		}
		if !on {
			text = s.st.as(v.tone, text)
		}
		b.WriteString(text)
	}
	if on {
		return s.st.selected(s.g.cursor + " " + b.String())
	}
	return "  " + b.String()
}

// hints are the sort keys of the columns on screen while one is awaited, else
// empty.
func (t *table[T]) hints(s scene) string {
	if !t.choosing {
		return ""
	}
	parts := []string{"sort by:"}
	for _, p := range t.layout(s.w - 2) {
		if c := t.cols[p.index]; c.key != "" {
			parts = append(parts, s.st.as(toneTitle, c.key)+" "+c.title)
		}
	}
	return strings.Join(parts, "  ")
}
