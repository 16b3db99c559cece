package tui

import (
	"math"
	"strings"
)

// GlyphSet names the characters that may be used to draw.
type GlyphSet int

// From what every terminal can show to what few cannot.
const (
	GlyphsASCII   GlyphSet = iota // 7 bit
	GlyphsBlock                   // eighths of blocks and box lines
	GlyphsBraille                 // braille dots for line charts too
)

// GlyphsFor chooses by the environment: UTF-8 locales draw in braille, the
// Linux console (whose fonts lack it) in blocks, everything else in ASCII.
func GlyphsFor(getenv func(string) string) GlyphSet {
	locale := getenv("LC_ALL")
	for _, name := range []string{"LC_CTYPE", "LANG"} {
		if locale == "" {
			locale = getenv(name)
		}
	}
	l := strings.ToLower(locale)
	switch {
	case getenv("TERM") == "dumb", !strings.Contains(l, "utf-8") && !strings.Contains(l, "utf8"):
		return GlyphsASCII
	case getenv("TERM") == "linux":
		return GlyphsBlock
	}
	return GlyphsBraille
}

// glyphs are the characters of one set.
type glyphs struct {
	set                    GlyphSet
	cursor, up, down       string
	dot, rule, dash, ell   string
	full, shade, hole      string
	levels                 []string // sparkline steps, lowest first
	to, times, check, dear string
}

func glyphsOf(set GlyphSet) glyphs {
	if set == GlyphsASCII {
		return glyphs{
			set: set, cursor: ">", up: "^", down: "v", dot: "|", rule: "-", dash: "-", ell: "~",
			full: "#", shade: "=", hole: " ", levels: []string{"_", ".", "-", "=", "+", "*", "%", "#"},
			to: "-", times: "x", check: "ok", dear: "*",
		}
	}
	return glyphs{
		set: set, cursor: "▸", up: "▲", down: "▼", dot: "·", rule: "─", dash: "–", ell: "…",
		full: "█", shade: "▒", hole: " ", levels: []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
		to: "–", times: "×", check: "✓", dear: "•",
	}
}

// spark draws values as one line of w cells, each cell the mean of the values
// that fall into it. A cell without any known value (NaN) is a hole.
func (g glyphs) spark(values []float64, w int) string {
	if w <= 0 || len(values) == 0 {
		return strings.Repeat(" ", max(w, 0))
	}
	cells := resample(values, min(w, len(values)))
	top := 0.0
	for _, v := range cells {
		if v > top {
			top = v
		}
	}
	var b strings.Builder
	for _, v := range cells {
		b.WriteString(g.level(v, top))
	}
	return b.String() + strings.Repeat(" ", w-len(cells))
}

func (g glyphs) level(v, top float64) string {
	if math.IsNaN(v) {
		return g.hole
	}
	if top <= 0 || v <= 0 {
		return g.levels[0]
	}
	i := int(math.Ceil(v / top * float64(len(g.levels)-1)))
	return g.levels[min(max(i, 0), len(g.levels)-1)]
}

// resample shrinks values to n means of what is known; n must not exceed
// len(values).
func resample(values []float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		from, to := i*len(values)/n, (i+1)*len(values)/n
		sum, k := 0.0, 0
		for _, v := range values[from:to] {
			if !math.IsNaN(v) {
				sum += v
				k++
			}
		}
		out[i] = math.NaN()
		if k > 0 {
			out[i] = sum / float64(k)
		}
	}
	return out
}

// bar draws low of top as solid and what lies between low and high as shade,
// in w cells. Anything above zero shows at least one cell.
func (g glyphs) bar(low, high, top float64, w int) string {
	if w <= 0 || top <= 0 || math.IsNaN(low) || math.IsNaN(high) {
		return strings.Repeat(" ", max(w, 0))
	}
	solid := min(max(int(math.Round(low/top*float64(w))), 0), w)
	if low > 0 && solid == 0 {
		solid = 1
	}
	shade := min(max(int(math.Round(high/top*float64(w)))-solid, 0), w-solid)
	return strings.Repeat(g.full, solid) + strings.Repeat(g.shade, shade) + strings.Repeat(" ", w-solid-shade)
}
