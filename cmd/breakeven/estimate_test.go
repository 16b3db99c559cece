package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// command runs one command line in a world without terminal, environment and
// a clock of its own, and returns what it printed and its exit code.
func command(t *testing.T, stdin string, args ...string) (out, errOut string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{
		in: strings.NewReader(stdin), out: &stdout, err: &stderr,
		getenv: func(string) string { return "" },
		clock:  time.Now, now: func() time.Time { return time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC) },
	}
	code = run(context.Background(), a, args)
	return stdout.String(), stderr.String(), code
}

// golden compares got with a file of testdata, or writes it with -update.
func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update rewrites it); got:\n%s", path, got)
	}
}

func TestEstimateGolden(t *testing.T) {
	for format, ending := range map[string]string{
		"table": "txt", "wide": "wide.txt", "json": "json", "ndjson": "ndjson", "csv": "csv", "markdown": "md",
	} {
		out, errOut, code := command(t, "", "estimate", "testdata/estimate/shop.yaml", "-o", format)
		if code != exitDone || errOut != "" {
			t.Errorf("%s: exit %d, %s", format, code, errOut)
		}
		golden(t, "estimate/shop."+ending, out)
	}
	out, errOut, code := command(t, "", "estimate", "testdata/estimate/gap.yaml", "-o", "json")
	if code != exitIncomplete || !strings.Contains(errOut, "no price for AmazonEC2 ebs-gp2-storage in us-east-1") {
		t.Errorf("a gap: exit %d, %s", code, errOut)
	}
	golden(t, "estimate/gap.json", out)
}

// What is unknown is null all the way up, and only there.
func TestEstimateNulls(t *testing.T) {
	out, _, _ := command(t, "", "estimate", "testdata/estimate/gap.yaml", "-o", "json")
	var doc struct {
		SchemaVersion int      `json:"schema_version"`
		Total         *float64 `json:"total_usd"`
		Resources     []struct {
			Name  string   `json:"name"`
			Cost  *float64 `json:"cost_usd"`
			Lines []struct {
				Dimension string   `json:"dimension"`
				UnitPrice *float64 `json:"unit_price_usd"`
				TierFrom  *float64 `json:"tier_from"`
				Cost      *float64 `json:"cost_usd"`
				Source    *string  `json:"price_source"`
			} `json:"line_items"`
		} `json:"resources"`
		Warnings []string `json:"warnings"`
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.SchemaVersion != 1 || doc.Total != nil || len(doc.Resources) != 6 {
		t.Fatalf("got %+v", doc)
	}
	for _, r := range doc.Resources {
		if (r.Cost == nil) != (r.Name == "db") {
			t.Errorf("%s: cost %v", r.Name, r.Cost)
		}
		for _, l := range r.Lines {
			missing := l.Dimension == "ebs-gp2-storage"
			if (l.Cost == nil) != missing || (l.UnitPrice == nil) != missing || (l.Source == nil) != missing || (l.TierFrom == nil) != missing {
				t.Errorf("%s %s: %+v", r.Name, l.Dimension, l)
			}
		}
	}
}

func TestEstimateErrors(t *testing.T) {
	for _, c := range []struct {
		name, stdin string
		args        []string
		code        int
		want        string
	}{
		{"stdin", "region: us-east-1\nresources: [{service: lambda, requests: 1000000}]", []string{"estimate", "-"}, exitDone, ""},
		{"no file", "", []string{"estimate"}, exitUsage, "want one FILE"},
		{"two files", "", []string{"estimate", "a", "b"}, exitUsage, "want one FILE"},
		{"not there", "", []string{"estimate", "testdata/nowhere.yaml"}, exitUsage, "reading the usage file: open testdata/nowhere.yaml"},
		{"a folder", "", []string{"estimate", "testdata"}, exitUsage, "reading the usage file testdata"},
		{"bad field", "region: us-east-1\nresources:\n  - service: lambda\n    request: 1\n", []string{"estimate", "-"}, exitUsage, "standard input:4: resources[0].request: unknown field"},
		{"China", "region: cn-north-1\nresources: []\n", []string{"estimate", "-"}, exitUsage, "billed in CNY"},
		{"no such output", "", []string{"estimate", "-", "-o", "xml"}, exitUsage, "--output"},
		{"gap", "region: eu-north-1\nresources: [{service: lambda, requests: 1}]", []string{"estimate", "-"}, exitIncomplete, "no price for AWSLambda requests in eu-north-1"},
	} {
		_, errOut, code := command(t, c.stdin, c.args...)
		if code != c.code || !strings.Contains(errOut, c.want) || strings.Count(errOut, "\n") > 1 {
			t.Errorf("%s: exit %d, want %d; %s", c.name, code, c.code, errOut)
		}
	}
}

func TestPricesShow(t *testing.T) {
	out, _, code := command(t, "", "prices", "show", "lambda", "duration-x86", "--region", "af-south-1", "-o", "csv")
	want := "service,region,dimension,price_usd,unit,tier_from,tier_to,price_source,price_as_of,price_remembered\n" +
		"AWSLambda,af-south-1,duration-x86,0.0000221,GB-second,0,6000000000,regimes-lambda,2026-09-19,false\n"
	if code != exitDone || out != want {
		t.Errorf("exit %d, got\n%s", code, out)
	}
	out, _, code = command(t, "", "prices", "show", "spot-typical")
	if code != exitDone || !strings.Contains(out, "$0.35") || !strings.Contains(out, "remembered") {
		t.Errorf("exit %d, got\n%s", code, out)
	}
	for _, args := range [][]string{{"prices", "show", "no-such-thing"}, {"prices", "show", "--region", "cn-north-1"}} {
		if out, errOut, code := command(t, "", args...); code != exitUsage || out != "" || errOut == "" {
			t.Errorf("%v: exit %d, %s%s", args, code, out, errOut)
		}
	}
}
