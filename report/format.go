package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// dash stands for what is not known; it is never a zero.
const dash = "–"

// placesFor is how many decimals a column of money needs so that its largest
// amount shows: cents from a dollar up, two digits that matter below.
func placesFor(largest unit.USD) int32 {
	f := math.Abs(largest.Float64())
	switch {
	case f == 0 || f >= 1:
		return 2
	case f >= 0.01:
		return 4
	}
	return min(12, int32(2-math.Floor(math.Log10(f))))
}

// dollars prints an amount with the given decimals. What is not zero but
// prints as zero says so.
func dollars(u unit.USD, places int32) string {
	s := u.StringFixed(places)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	if !u.IsZero() && strings.Trim(s, "0.") == "" {
		return "<$" + s[:len(s)-1] + "1"
	}
	return sign + "$" + thousands(s)
}

// usd prints a single amount, alone in its place.
func usd(u unit.USD) string { return dollars(u, placesFor(u)) }

// money prints a cost that stands alone: "$12.30", "$12.30 (11.90–12.80)", or
// a dash if it is not known.
func money(c model.Cost) string {
	if c.Unknown {
		return dash
	}
	places := placesFor(c.Likely)
	return dollars(c.Likely, places) + bounds(c, c.Likely.Round(places), places)
}

// likely prints the middle of a cost, "about" before it where it has bounds.
func likely(c model.Cost) string {
	switch {
	case c.Unknown:
		return dash
	case c.Exact():
		return usd(c.Likely)
	}
	return "~" + usd(c.Likely)
}

// bounds prints " (low–high)" where the bounds differ at the given decimals.
// The printed likely amount is inside of them by definition: it may stand one
// unit off its own rounding to make a column add up.
func bounds(c model.Cost, printed unit.USD, places int32) string {
	if c.Exact() {
		return ""
	}
	low, high := c.Low.Round(places), c.High.Round(places)
	if printed.Cmp(low) < 0 {
		low = printed
	}
	if printed.Cmp(high) > 0 {
		high = printed
	}
	if low.Cmp(high) == 0 {
		return ""
	}
	return " (" + thousands(low.StringFixed(places)) + "–" + thousands(high.StringFixed(places)) + ")"
}

// thousands puts separators into the whole part of a plain decimal.
func thousands(s string) string {
	whole, frac, found := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if found {
		return sign + whole + "." + frac
	}
	return sign + whole
}

// count prints a number of things in full.
func count(n int64) string { return thousands(strconv.FormatInt(n, 10)) }

// quantity prints a billed quantity: whole from a hundred up, else with the
// digits that matter.
func quantity(q unit.Quantity) string {
	f := q.Float64()
	if math.Abs(f) >= 100 || f == math.Trunc(f) {
		return thousands(strconv.FormatFloat(f, 'f', 0, 64))
	}
	return number(f)
}

// number prints three digits that matter.
func number(f float64) string {
	switch a := math.Abs(f); {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return dash
	case a >= 99.95 || f == math.Trunc(f):
		return thousands(strconv.FormatFloat(f, 'f', 0, 64))
	case a >= 9.995:
		return strconv.FormatFloat(f, 'f', 1, 64)
	case a >= 0.0095:
		return strconv.FormatFloat(f, 'f', 2, 64)
	}
	return strconv.FormatFloat(f, 'g', 2, 64)
}

// precise prints five digits that matter, whole numbers in full.
func precise(f float64) string {
	a := math.Abs(f)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return dash
	}
	if a >= 99_999.5 || f == math.Trunc(f) {
		return thousands(strconv.FormatFloat(f, 'f', 0, 64))
	}
	if a < 1e-6 {
		return strconv.FormatFloat(f, 'g', 5, 64)
	}
	places := max(0, 4-int(math.Floor(math.Log10(a))))
	return thousands(strconv.FormatFloat(f, 'f', places, 64))
}

// compact prints a number in at most five cells: 12, 1.2k, 3.04M.
func compact(f float64) string {
	for _, s := range []struct {
		at, by float64
		unit   string
	}{{1e12, 1e12, "T"}, {1e9, 1e9, "G"}, {1e6, 1e6, "M"}, {1e4, 1e3, "k"}} {
		if math.Abs(f) >= s.at {
			return number(f/s.by) + s.unit
		}
	}
	return number(f)
}

// millis prints a duration given in milliseconds.
func millis(ms float64) string {
	switch {
	case ms < 9.95:
		return strconv.FormatFloat(ms, 'f', 1, 64) + " ms"
	case ms < 9999.5:
		return thousands(strconv.FormatFloat(ms, 'f', 0, 64)) + " ms"
	case ms < 600e3:
		return strconv.FormatFloat(ms/1e3, 'f', 1, 64) + " s"
	}
	return strconv.FormatFloat(ms/60e3, 'f', 1, 64) + " min"
}

// percent prints a share of 0 to 1. 99.97 % does not read as everything, and
// a little does not read as nothing.
func percent(share float64) string {
	p := share * 100
	switch {
	case math.IsNaN(p) || math.IsInf(p, 0):
		return dash
	case p == 0:
		return "0 %"
	case p > 0 && p < 0.01:
		return "<0.01 %"
	case p < 0.995:
		return strconv.FormatFloat(p, 'f', 2, 64) + " %"
	case p < 9.95:
		return strconv.FormatFloat(p, 'f', 1, 64) + " %"
	case p >= 99.5 && p < 100:
		return strconv.FormatFloat(math.Floor(p*10)/10, 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + " %"
}

// instant and day print times in UTC.
func instant(t time.Time) string {
	if t.IsZero() {
		return dash
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

func day(t time.Time) string {
	if t.IsZero() {
		return dash
	}
	return t.UTC().Format("2006-01-02")
}

// window prints a window and its length; whole days without the time.
func window(w model.Window) string {
	if d := w.Hours() / 24; d >= 1 && w.From.Equal(w.From.Truncate(24*time.Hour)) && d == math.Trunc(d) {
		return fmt.Sprintf("%s to %s (%s days, UTC)", day(w.From), day(w.To), number(d))
	}
	length := fmt.Sprintf("%s hours", number(w.Hours()))
	if d := w.Hours() / 24; d >= 2 {
		length = fmt.Sprintf("%s days", number(d))
	}
	return fmt.Sprintf("%s to %s (%s)", instant(w.From), instant(w.To), length)
}
