package tui

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// usd prints an amount that stands alone, as the tables of the command line
// do: cents from a dollar up, two digits that matter below a cent.
func usd(u unit.USD) string { return dollars(u, placesFor(u)) }

// placesFor is how many decimals an amount that stands alone has.
func placesFor(u unit.USD) int32 {
	if f := math.Abs(u.Float64()); f >= 0.01 && f < 1 {
		return 4
	}
	return cellPlaces(u)
}

// cellPlaces is how many decimals an amount in a column has: cents, unless
// they would hide it.
func cellPlaces(u unit.USD) int32 {
	f := math.Abs(u.Float64())
	if f == 0 || f >= 0.01 {
		return 2
	}
	return min(12, int32(1-math.Floor(math.Log10(f))))
}

func dollars(u unit.USD, places int32) string {
	s, minus := strings.CutPrefix(u.StringFixed(places), "-")
	if minus {
		return "-$" + thousands(s)
	}
	return "$" + thousands(s)
}

// unitPrice prints a price of one unit with all its digits.
func unitPrice(u unit.USD) string { return "$" + u.String() }

// money prints a likely amount for a column, a tilde in front where it is not
// exact.
func (g glyphs) money(c model.Cost) string {
	if c.Unknown {
		return g.dash
	}
	text := dollars(c.Likely, cellPlaces(c.Likely))
	if c.Exact() {
		return text
	}
	return "~" + text
}

// spread prints an amount with its bounds, where there are any.
func (g glyphs) spread(c model.Cost) string {
	if c.Unknown {
		return g.dash
	}
	if b := g.bounds(c); b != "" {
		return usd(c.Likely) + " (" + b + ")"
	}
	return usd(c.Likely)
}

// bounds prints "low–high" in dollars, empty where there is nothing between.
func (g glyphs) bounds(c model.Cost) string {
	if c.Unknown || c.Exact() {
		return ""
	}
	places := placesFor(c.Likely)
	low, high := thousands(c.Low.StringFixed(places)), thousands(c.High.StringFixed(places))
	if low == high {
		return ""
	}
	return low + g.to + high
}

// thousands puts separators into the whole part of a plain decimal.
func thousands(s string) string {
	whole, frac, _ := strings.Cut(s, ".")
	if frac != "" {
		frac = "." + frac
	}
	var b strings.Builder
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 && whole[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return b.String() + frac
}

// count prints a number of things in full.
func count(n int64) string { return thousands(strconv.FormatInt(n, 10)) }

// short prints a number in at most five cells: 12, 1.2k, 3.04M.
func short(f float64) string {
	for _, s := range []struct {
		at   float64
		unit string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e4, "k"}} {
		if math.Abs(f) >= s.at {
			return digits3(f/pow3(s.at)) + s.unit
		}
	}
	return digits3(f)
}

func pow3(at float64) float64 {
	if at == 1e4 {
		return 1e3
	}
	return at
}

// digits3 prints three digits that matter, more only where they are whole.
func digits3(f float64) string {
	switch a := math.Abs(f); {
	case a >= 99.95 || f == math.Trunc(f):
		return strconv.FormatFloat(f, 'f', 0, 64)
	case a >= 9.995:
		return strconv.FormatFloat(f, 'f', 1, 64)
	case a >= 0.01:
		return strconv.FormatFloat(f, 'f', 2, 64)
	}
	return strconv.FormatFloat(f, 'g', 2, 64)
}

// millis prints a duration given in milliseconds.
func millis(ms float64) string {
	switch {
	case ms < 10:
		return strconv.FormatFloat(ms, 'f', 1, 64) + " ms"
	case ms < 9999.5:
		return strconv.FormatFloat(ms, 'f', 0, 64) + " ms"
	case ms < 600e3:
		return strconv.FormatFloat(ms/1e3, 'f', 1, 64) + " s"
	}
	return strconv.FormatFloat(ms/60e3, 'f', 0, 64) + " min"
}

// perTime prints a rate a second in the unit that reads best.
func perTime(perSecond float64) string {
	switch {
	case perSecond <= 0 || perSecond >= 0.1:
		return short(perSecond) + "/s"
	case perSecond*3600 >= 1:
		return short(perSecond*3600) + "/h"
	}
	return short(perSecond*86400) + "/day"
}

// percent prints a share of 0 to 1.
func percent(part float64) string {
	p := part * 100
	switch {
	case p == 0:
		return "0 %"
	case p < 0.01:
		return "<0.01 %"
	case p < 1:
		return strconv.FormatFloat(p, 'f', 2, 64) + " %"
	case p < 10:
		return strconv.FormatFloat(p, 'f', 1, 64) + " %"
	}
	// 99.97 must not read as everything.
	if p < 100 && p >= 99.5 {
		return strconv.FormatFloat(math.Floor(p*10)/10, 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + " %"
}

// ratio prints part of whole as a percentage, a dash without a whole.
func (g glyphs) ratio(part, whole int64) string {
	if whole <= 0 {
		return g.dash
	}
	return percent(float64(part) / float64(whole))
}

// day, instant and window print times in UTC.
func day(t time.Time) string     { return t.UTC().Format("2 Jan 2006") }
func instant(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func (g glyphs) window(w model.Window) string {
	if w.From.IsZero() {
		return g.dash
	}
	from := w.From.UTC().Format("2 Jan")
	if w.From.UTC().Year() != w.To.UTC().Year() {
		from = day(w.From)
	}
	return from + g.to + day(w.To)
}

// age prints how long ago something was, roughly.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min old", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h old", int(d.Hours()))
	}
	return fmt.Sprintf("%d days old", int(d.Hours()/24))
}

// architecture shortens x86_64.
func architecture(a unit.Architecture) string {
	if a == unit.X86 {
		return "x86"
	}
	return string(a)
}

// fit cuts or pads s, which may hold styles, to exactly w cells.
func fit(s string, w int, ell string) string {
	if w <= 0 {
		return ""
	}
	n := ansi.StringWidth(s)
	if n > w {
		s = ansi.Truncate(s, w, ell)
		n = ansi.StringWidth(s)
	}
	return s + strings.Repeat(" ", w-n)
}

// fitRight is fit with the padding in front.
func fitRight(s string, w int, ell string) string {
	if n := ansi.StringWidth(s); n < w {
		return strings.Repeat(" ", w-n) + s
	}
	return fit(s, w, ell)
}

// wrap breaks plain text into lines of at most w cells, at spaces and line
// feeds only: a command line broken at a hyphen could not be copied. A word
// longer than a line is cut.
func wrap(s string, w int) []string {
	if w <= 0 {
		return nil
	}
	var out []string
	for para := range strings.SplitSeq(s, "\n") {
		out = append(out, wrapLine(para, w)...)
	}
	return out
}

func wrapLine(s string, w int) []string {
	line, out := "", []string(nil)
	for word := range strings.FieldsSeq(s) {
		if line != "" && ansi.StringWidth(line)+1+ansi.StringWidth(word) <= w {
			line += " " + word
			continue
		}
		if line != "" {
			out = append(out, line)
		}
		for ansi.StringWidth(word) > w {
			head := ansi.Truncate(word, w, "")
			if head == "" { // a character wider than the line
				break
			}
			out, word = append(out, head), word[len(head):]
		}
		line = word
	}
	return append(out, line)
}
