package tui

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model/textsafe"
)

// configRows flattens a stored configuration into names and values to show:
// "redrive.max_receive" and "5". Edges have a pane of their own. A name or
// value from the account is stripped of control codes here, as JSON hides
// them behind escapes.
func configRows(config json.RawMessage) [][2]string {
	d := json.NewDecoder(bytes.NewReader(config))
	d.UseNumber()
	var top map[string]any
	if d.Decode(&top) != nil {
		return nil
	}
	delete(top, "edges")
	return flatten(nil, "", top, 0)
}

// What keeps a hostile configuration from filling memory.
const (
	configDepth = 6
	configList  = 20
	configRowsN = 400
)

func flatten(out [][2]string, prefix string, value map[string]any, depth int) [][2]string {
	for _, k := range slices.SortedFunc(maps.Keys(value), cmp.Compare[string]) {
		if len(out) >= configRowsN {
			return out
		}
		name := prefix + strings.ReplaceAll(textsafe.Line(k), "_", " ")
		if sub, ok := value[k].(map[string]any); ok && depth < configDepth {
			out = flatten(out, name+".", sub, depth+1)
			continue
		}
		if text := configValue(value[k]); text != "" {
			out = append(out, [2]string{name, text})
		}
	}
	return out
}

// configValue prints a value; empty if it says nothing.
func configValue(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return textsafe.Line(v)
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case json.Number:
		return textsafe.Line(v.String())
	case []any:
		return configListText(v)
	}
	return "{...}" // nested too deep to be read in a line
}

func configListText(list []any) string {
	var parts []string
	for i, v := range list {
		if i == configList {
			parts = append(parts, fmt.Sprintf("%d more", len(list)-i))
			break
		}
		if m, ok := v.(map[string]any); ok {
			v = objectText(m)
		}
		if text := configValue(v); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

// objectText is an object inside a list in a line.
func objectText(m map[string]any) string {
	var parts []string
	for _, r := range flatten(nil, "", m, configDepth-1) {
		parts = append(parts, r[0]+" "+r[1])
	}
	return strings.Join(parts, " ")
}
