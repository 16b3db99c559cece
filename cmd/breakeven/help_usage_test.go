package main

import (
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
)

// The page names every service and field that a usage file may hold, and fits
// a terminal.
func TestHelpUsageFile(t *testing.T) {
	out, _, code := command(t, "", "help", "usage-file")
	if code != exitDone {
		t.Fatalf("exit %d", code)
	}
	sections := map[string]string{}
	for section := range strings.SplitSeq(out, "\n\n") {
		name, fields, _ := strings.Cut(section, "\n")
		sections[name] = " " + strings.NewReplacer(",", " ", "{", " ", "}", " ", "=", " ", "\n", " ").Replace(fields) + " "
	}
	for _, name := range model.ServiceNames() {
		s, _ := model.ServiceNamed(name)
		for _, f := range s.Fields {
			for _, member := range append(f.Fields, f) {
				if !strings.Contains(sections[name], " "+member.Name+" ") {
					t.Errorf("%s: no field %s in %q", name, member.Name, sections[name])
				}
			}
		}
	}
	for line := range strings.SplitSeq(out, "\n") {
		if len(line) > 80 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
}

// What stands in the page can be estimated.
func TestHelpUsageFileExample(t *testing.T) {
	out, _, _ := command(t, "", "help", "usage-file")
	_, example, _ := strings.Cut(out, "\n\n")
	example, _, _ = strings.Cut(example, "\n\n")
	if out, errOut, code := command(t, example, "estimate", "-", "-o", "csv"); code != exitDone || !strings.Contains(out, "fifo-requests") {
		t.Errorf("exit %d, %s%s", code, out, errOut)
	}
}
