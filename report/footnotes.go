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
	for _, w := range warnings {
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
