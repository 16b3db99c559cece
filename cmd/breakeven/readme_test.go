package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

const readme = "../../README.md"

// TestReadme holds the output that the README shows against what the commands
// print; -update rewrites it.
func TestReadme(t *testing.T) {
	if testing.Short() {
		t.Skip("collects a whole account")
	}
	blob, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	text := string(blob)
	for name, want := range readmeOutputs(t) {
		mark := regexp.MustCompile(`(?s)(<!-- output: ` + name + ` -->\n` + "```[a-z]*\n)(.*?)(```\n<!-- end -->)")
		m := mark.FindStringSubmatchIndex(text)
		if m == nil {
			t.Errorf("the README has no block %q", name)
			continue
		}
		if got := text[m[4]:m[5]]; got != want && !*update {
			t.Errorf("README block %q is out of date (make update-golden); it shows\n%s\nthe program prints\n%s", name, got, want)
		}
		text = text[:m[4]] + want + text[m[5]:]
	}
	if *update {
		if err := os.WriteFile(readme, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// appsOutput is the table without the columns that are too wide for a README
// and without footnotes.
func appsOutput(text string) string {
	const width = 112
	var out []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "Grouped by") {
			break
		}
		r := []rune(strings.TrimRight(line, "\n"))
		out = append(out, strings.TrimRight(string(r[:min(width, len(r))]), " "))
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n") + "\n"
}

// readmeOutputs runs the commands that the README shows.
func readmeOutputs(t *testing.T) map[string]string {
	t.Helper()
	a, _ := simulated(t, awstest.Options{Seed: demoSeed, Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
	show := func(a *app, args ...string) string {
		out, code := outcome(t, a, args...)
		if code != exitDone && code != exitIncomplete {
			t.Fatalf("breakeven %v: exit %d", args, code)
		}
		return strings.TrimRight(out, "\n") + "\n"
	}
	fresh := filepath.Join(t.TempDir(), "none.duckdb")
	outputs := map[string]string{
		"dashboard": show(a, "--db", a.global.db, "--no-color", "dashboard", "--once", "--size", "80x24", "--glyphs", "block"),
		"plan":      show(a, "--db", fresh, "collect", "--plan", "--region", "us-east-1", "--region", "eu-west-1"),
		"policy":    show(a, "iam-policy"),
		"apps":      appsOutput(show(a, "--db", a.global.db, "--no-color", "apps", "--top", "10")),
	}
	b := &app{
		in: strings.NewReader(""), getenv: func(string) string { return "" },
		clock: time.Now, now: func() time.Time { return time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC) },
	}
	trace := filepath.Join(t.TempDir(), "trace.duckdb")
	show(b, "--db", trace, "import", "trace", "../../testdata/traces/azure2019-b-500x480.csv.gz", "--functions", "../../testdata/traces/azure2019-b-functions.csv")
	lines := strings.Split(show(b, "--db", trace, "compare"), "\n")
	const shown = 14
	outputs["trace"] = strings.Join(lines[:shown], "\n") + fmt.Sprintf("\n... and %d more lines\n", len(lines)-shown)
	return outputs
}
