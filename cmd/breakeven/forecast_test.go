package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// forecastCommand runs `breakeven forecast` as a user would.
func forecastCommand(t *testing.T, stdin string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := newApp()
	a.in, a.out, a.err = strings.NewReader(stdin), &stdout, &stderr
	a.getenv = func(string) string { return "" }
	a.now = func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }
	code = run(context.Background(), a, append([]string{"forecast"}, args...))
	return code, stdout.String(), stderr.String()
}

// wave is n hours of a day's sine with a header, from 1.
func wave(n int) string {
	var b strings.Builder
	b.WriteString("ts,value\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,%g\n", i+1, 100+50*math.Sin(float64(i)*math.Pi/12)+float64(i*7919%13))
	}
	return b.String()
}

func TestForecastJSON(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s.csv")
	if err := os.WriteFile(file, []byte(wave(700)), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errOut := forecastCommand(t, "", "--series", file, "--season", "24", "--horizon", "48", "-o", "json")
	if code != 0 || errOut != "" {
		t.Fatalf("exit %d: %s", code, errOut)
	}
	doc := decode(t, out)
	steps := doc["forecast"].([]any)
	if len(steps) != 48 || doc["schema_version"] != 1.0 || !strings.Contains(doc["method"].(string), "weekly naive") {
		t.Fatalf("%d steps, %v", len(steps), doc["method"])
	}
	for i, s := range steps {
		step := s.(map[string]any)
		low, value, high := step["low95"].(float64), step["value"].(float64), step["high95"].(float64)
		truth := 106 + 50*math.Sin(float64(700+i)*math.Pi/12)
		if step["step"] != float64(i+1) || !(low <= value && value <= high) || math.Abs(value-truth) > 8 {
			t.Errorf("step %d: %v, want about %g", i+1, step, truth)
		}
	}
	if total := doc["total"].(map[string]any); math.Abs(total["value"].(float64)-48*106) > 150 || !(total["low95"].(float64) < 48*106) {
		t.Errorf("total %v, want about %d", total, 48*106)
	}
	b := doc["backtest"].(map[string]any)
	if smape := b["smape"].(float64); !(smape > 0 && smape < b["seasonal_naive_smape"].(float64)) || !(b["mase"].(float64) < 1) {
		t.Errorf("%v", b)
	}
}

func TestForecastRefuses(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		args           []string
	}{
		{"no file", "", "--series is missing", nil},
		{"absent file", "", "no such file", []string{"--series", "/nonexistent"}},
		{"argument", "", "unknown command", []string{"more", "--series", "-"}},
		{"season", wave(700), "--season 0", []string{"--series", "-", "--season", "0"}},
		{"horizon", wave(700), "--horizon -1", []string{"--series", "-", "--horizon", "-1"}},
		{"under two seasons", wave(47), "47 values are too few", []string{"--series", "-", "--horizon", "1"}},
		{"no room to back-test", wave(72), "at least 73", []string{"--series", "-"}},
		{"empty", "", "0 values are too few", []string{"--series", "-"}},
		{"malformed", "ts,value\n1,2\n2,x\n", `standard input line 3: value "x"`, []string{"--series", "-"}},
	} {
		code, out, errOut := forecastCommand(t, c.in, c.args...)
		if code != exitUsage || out != "" || !strings.Contains(errOut, c.want) || strings.Count(errOut, "\n") != 1 {
			t.Errorf("%s: exit %d, %q, %q", c.name, code, out, errOut)
		}
	}
}

func TestForecastGaps(t *testing.T) {
	lines := strings.SplitAfter(wave(700), "\n")
	in := strings.Join(append(lines[:500:500], lines[503:]...), "")
	code, out, errOut := forecastCommand(t, in, "--series", "-", "-o", "json")
	doc := decode(t, out)
	if code != exitIncomplete || len(doc["forecast"].([]any)) != 48 || len(doc["warnings"].([]any)) != 1 {
		t.Errorf("exit %d, warnings %v", code, doc["warnings"])
	}
	if want := `standard input line 501: 3 steps are missing after "499"`; !strings.Contains(errOut, want) {
		t.Errorf("stderr %q lacks %q", errOut, want)
	}
}

func TestForecastTable(t *testing.T) {
	code, out, errOut := forecastCommand(t, wave(200), "--series", "-", "--horizon", "4")
	if code != 0 || errOut != "" {
		t.Fatalf("exit %d: %s", code, errOut)
	}
	for _, want := range []string{"Step", "Low 95 %", "Method: seasonal naive 100 %.", "sMAPE", "MASE", "sum of the steps"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}
