package tui

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
	"strings"
)

// records are the rows as filtered and sorted: numbers in full and without
// unit, unknown ones empty, texts as on screen.
func (t *table[T]) records() [][]string {
	var head []string
	for _, c := range t.cols {
		if c.num != nil || c.str != nil {
			head = append(head, c.title)
		}
	}
	out := [][]string{head}
	for _, i := range t.order {
		var row []string
		for _, c := range t.cols {
			switch {
			case c.str != nil:
				row = append(row, harmless(c.str(t.rows[i])))
			case c.num != nil:
				row = append(row, plain(c.num(t.rows[i])))
			}
		}
		out = append(out, row)
	}
	return out
}

func plain(f float64) string {
	if math.IsNaN(f) {
		return ""
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// harmless keeps a spreadsheet from taking a name for a formula.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@", rune(text[0])) {
		return "'" + text
	}
	return text
}

func csvOf(records [][]string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(records); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
