package report

import (
	"fmt"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// namedInNote is how many resources a footnote names before it counts.
const namedInNote = 3

// footnotes turns warnings into lines for people: those that say the same of
// several resources become one, in the order of the first.
func footnotes(warnings []model.Warning) []string {
	type kind struct{ code, text string }
	var order []kind
	names := map[kind][]string{}
	for _, w := range remembered(warnings) {
		k := kind{w.Code, w.Text}
		if _, seen := names[k]; !seen {
			order = append(order, k)
			names[k] = nil
		}
		if w.Resource != "" {
			names[k] = append(names[k], shortName(w.Resource))
		}
	}
	var out []string
	for _, k := range order {
		out = append(out, textsafe.Line(subject(names[k])+k.text))
	}
	return out
}

// remembered makes one warning of those about remembered prices where they
// are many; JSON and the report's table of prices name each.
func remembered(warnings []model.Warning) []model.Warning {
	var prices []string
	for _, w := range warnings {
		if text, ok := strings.CutSuffix(w.Text, rememberedEnd); ok && w.Code == model.CodePriceRemembered {
			prices = append(prices, strings.TrimPrefix(text, "the price of "))
		}
	}
	if len(prices) <= namedInNote {
		return warnings
	}
	out := make([]model.Warning, 0, len(warnings))
	said := false
	for _, w := range warnings {
		switch {
		case w.Code != model.CodePriceRemembered:
			out = append(out, w)
		case !said:
			said = true
			w.Text = fmt.Sprintf("%d prices are remembered, no dated source confirms them: %s and %d more (breakeven prices show NAME tells a price's source)",
				len(prices), strings.Join(prices[:namedInNote], "; "), len(prices)-namedInNote)
			out = append(out, w)
		}
	}
	return out
}

// rememberedEnd is how the bill ends a warning about a remembered price.
const rememberedEnd = " is remembered: no dated source confirms it"

func subject(names []string) string {
	switch {
	case len(names) == 0:
		return ""
	case len(names) > namedInNote:
		return fmt.Sprintf("%s and %d more: ", strings.Join(names[:namedInNote], ", "), len(names)-namedInNote)
	}
	return strings.Join(names, ", ") + ": "
}

// shortName is the function's name in a Lambda ARN, else the whole id.
func shortName(id unit.ResourceID) string {
	if _, name, found := strings.Cut(string(id), ":function:"); found {
		return name
	}
	return string(id)
}
