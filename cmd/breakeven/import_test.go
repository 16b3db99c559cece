package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const oneReport = "2026-10-31T08:00:00.000Z REPORT RequestId: a\tDuration: 2.50 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\t\n"

// TestImportLogs imports a folder as S3 exports lay it out, twice, and stdin.
func TestImportLogs(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "t.duckdb")
	stream := filepath.Join(dir, "exports", "aws", "lambda", "orders", "2b7e", "2026-10-31-[$LATEST]7f")
	if err := os.MkdirAll(stream, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(stream, "000000"), []byte(oneReport+"REPORT RequestId: b\tDuration: ? ms\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"1 reports of 1 functions in 1 files: 1 new, 0 without a time, 1 malformed lines\n",
		"1 reports of 1 functions in 1 files: 0 new, 0 without a time, 1 malformed lines\n",
	} {
		out, errOut, code := command(t, "", "--db", db, "import", "logs", "--account", "123456789012", "--region", "eu-west-1", filepath.Join(dir, "exports"))
		if code != exitDone || out != want {
			t.Errorf("import %d: exit %d, %q, %s; want %q", i+1, code, out, errOut, want)
		}
		if !strings.Contains(errOut, "000000 line 2: Duration: not a number") {
			t.Errorf("the malformed line is not shown: %q", errOut)
		}
	}
	out, errOut, code := command(t, oneReport, "--db", db, "import", "logs", "--function", "orders", "-o", "json", "-")
	var doc struct {
		SchemaVersion int   `json:"schema_version"`
		Reports       int64 `json:"reports"`
		Stored        int64 `json:"stored"`
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil || code != exitDone || doc.SchemaVersion != 1 || doc.Reports != 1 || doc.Stored != 0 {
		t.Errorf("stdin: exit %d, %s, %s (%v); the one function of that name has it already", code, out, errOut, err)
	}
}

// TestImportTrace imports the real sample and holds its totals.
func TestImportTrace(t *testing.T) {
	const dir = "../../testdata/traces/"
	db := filepath.Join(t.TempDir(), "t.duckdb")
	for range 2 {
		out, errOut, code := command(t, "", "--db", db, "import", "trace", dir+"azure2019-b-500x480.csv.gz", "--functions", dir+"azure2019-b-functions.csv")
		want := "3037902 invocations of 500 functions from 2026-10-31T08:00:00Z to 2026-10-31T16:00:00Z, under the account \"trace\"\n"
		if code != exitDone || !strings.HasPrefix(out, want) {
			t.Errorf("exit %d, %q, %s; want %q", code, out, errOut, want)
		}
	}
}

// TestImportRefuses holds that bad input ends with exit code 2 and one line.
func TestImportRefuses(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	log, trace := file("x.log", oneReport), file("t.csv", "minute,function,invocations\n1,f,2\n")
	bad := file("bad.csv", "minute,function,invocations\n1,f,2\n2,f,many\n")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"import"}, "what to import?"},
		{[]string{"import", "nothing", log}, `import "nothing": want logs, trace, cur or focus`},
		{[]string{"import", "logs"}, "no file given"},
		{[]string{"import", "logs", dir + "/absent.log"}, "absent.log: no such file or directory"},
		{[]string{"import", "logs", log}, "x.log, line 1: neither the input nor the file's path tells which function this is: give --function NAME or ARN"},
		{[]string{"import", "trace", log}, "x.log, line 1: no trace's header"},
		{[]string{"import", "trace", trace}, "field dur_avg_ms: not known for function f: give --duration"},
		{[]string{"import", "trace", bad, "--duration", "1s", "--memory", "128"}, `bad.csv, line 3, field invocations: "many" is not a whole number`},
		{[]string{"import", "trace", trace, "--start", "yesterday"}, `--start "yesterday": want an RFC 3339 time`},
		{[]string{"import", "trace", trace, "--memory", "64"}, "--memory 64: want 128 to 10240"},
		{[]string{"import", "trace", trace, "--duration", "20m"}, "--duration 20m0s: want more than 0 and at most 15m"},
		{[]string{"import", "trace", trace, "--arch", "mips"}, `--arch "mips": want x86_64 or arm64`},
		{[]string{"import", "trace", trace, "--region", "cn-north-1"}, "prices in China are not in USD"},
	} {
		args := append([]string{"--db", filepath.Join(t.TempDir(), "t.duckdb")}, c.args...)
		_, errOut, code := command(t, "", args...)
		if code != exitUsage || !strings.Contains(errOut, c.want) || strings.Count(errOut, "\n") != 1 {
			t.Errorf("%q: exit %d, %q; want exit 2 and one line with %q", c.args, code, errOut, c.want)
		}
	}
}
