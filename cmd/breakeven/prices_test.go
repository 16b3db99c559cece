package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/collect/pricebook"
	"github.com/breakeven-dev/breakeven/collect/pricelist/listtest"
)

// listed is a price list of one region in which Lambda's requests cost a
// quarter more than in the embedded book.
func listed(version string, usd string) listtest.Offer {
	return listtest.Offer{
		Code: "AWSLambda", Region: "us-east-1", Version: version, Published: "2026-11-01T00:00:00Z",
		Products: []listtest.Product{
			listtest.Usage("AAAA", "us-east-1", "Request", "", usd),
			listtest.Usage("BBBB", "us-east-1", "Lambda-GB-Second-ARM", "", "-1"),
		},
	}
}

// priceApp is an app whose database would stand in an empty folder, and whose
// price list is on loopback.
func priceApp(t *testing.T, files map[string][]byte) (*app, string) {
	t.Helper()
	server := httptest.NewServer(listtest.Serve(files))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	env := map[string]string{"BREAKEVEN_DB": filepath.Join(dir, "x.duckdb"), "AWS_ENDPOINT_URL_PRICING": server.URL}
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	return &app{getenv: func(name string) string { return env[name] }, clock: time.Now, now: func() time.Time { return now }}, dir
}

// spoken runs a command and returns all that it prints.
func spoken(t *testing.T, a *app, args ...string) (string, int) {
	t.Helper()
	var out bytes.Buffer
	b := *a
	b.out, b.err = &out, &out
	code := run(t.Context(), &b, append(args, "--quiet"))
	return out.String(), code
}

// requestPrice is what a million requests cost according to estimate.
func requestPrice(t *testing.T, a *app) string {
	t.Helper()
	a.in = strings.NewReader("region: us-east-1\nresources:\n  - {name: f, service: lambda, requests: 1000000}\n")
	text, code := spoken(t, a, "estimate", "-", "-o", "json")
	var doc struct {
		Total json.Number `json:"total_usd"`
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil || code != exitDone {
		t.Fatalf("estimate: exit %d, %v: %s", code, err, text)
	}
	return doc.Total.String()
}

func TestPricesUpdate(t *testing.T) {
	a, dir := priceApp(t, listtest.Files(listed("20261101000000", "0.0000002500")))
	if got := requestPrice(t, a); got != "0.2" {
		t.Fatalf("the embedded price of a million requests is %s", got)
	}
	text, code := spoken(t, a, "prices", "update", "--region", "us-east-1", "--service", "lambda")
	if code != exitDone || !strings.Contains(text, "2026-11-01") || !strings.Contains(text, "1 a price or bound that is no plain number") {
		t.Fatalf("exit %d:\n%s", code, text)
	}
	if got := requestPrice(t, a); got != "0.25" {
		t.Errorf("a million requests cost %s after the update", got)
	}
	text, _ = spoken(t, a, "prices", "show", "lambda requests", "--region", "us-east-1", "-o", "csv")
	if !strings.Contains(text, "AWS Price List AWSLambda 20261101000000, SKU AAAA,2026-11-01") && !strings.Contains(text, `"AWS Price List AWSLambda 20261101000000, SKU AAAA",2026-11-01`) {
		t.Errorf("prices show does not say where the price is from:\n%s", text)
	}
	info, err := os.Stat(filepath.Join(dir, pricebook.Current))
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the book's file: %v, %v", info, err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestPricesUpdateInstallsAllOrNothing holds that a file that is cut leaves
// the prices as they were.
func TestPricesUpdateInstallsAllOrNothing(t *testing.T) {
	files := listtest.Files(listed("20261101000000", "0.00000025"))
	a, dir := priceApp(t, files)
	update := []string{"prices", "update", "--region", "us-east-1"}
	if text, code := spoken(t, a, update...); code != exitDone {
		t.Fatalf("exit %d:\n%s", code, text)
	}
	before, err := os.ReadFile(filepath.Join(dir, pricebook.Current))
	if err != nil {
		t.Fatal(err)
	}
	for path, body := range files {
		if strings.HasSuffix(path, "us-east-1/index.json") {
			files[path] = body[:len(body)-10]
		}
	}
	text, code := spoken(t, a, update...)
	if code != exitFailed || !strings.Contains(text, "/offers/v1.0/aws/AWSLambda/20261101000000/us-east-1/index.json: the file ends too early") {
		t.Errorf("exit %d:\n%s", code, text)
	}
	after, err := os.ReadFile(filepath.Join(dir, pricebook.Current))
	if err != nil || string(after) != string(before) {
		t.Errorf("a list that is cut changed the book: %v", err)
	}
}

func TestPricesWrongUsage(t *testing.T) {
	a, dir := priceApp(t, nil)
	for _, args := range [][]string{
		{"update"}, // no region is known
		{"update", "--region", "cn-north-1"},
		{"update", "--region", "Virginia"},
		{"update", "--region", "us-east-1", "--service", "mainframe"},
		{"update", "--region", "us-east-1", "--format", "xml"},
		{"update", "--region", "us-east-1", "--from", filepath.Join(dir, "none")},
		{"update", "--region", "us-east-1", "--from", "http://"},
	} {
		if text, code := spoken(t, a, append([]string{"prices"}, args...)...); code != exitUsage {
			t.Errorf("%v: exit %d: %s", args, code, text)
		}
	}
}

// TestSpoiltBook holds that a book that cannot be read stops what would use
// it, naming file and line, and that an update mends it.
func TestSpoiltBook(t *testing.T) {
	a, dir := priceApp(t, listtest.Files(listed("20261101000000", "0.00000025")))
	path := filepath.Join(dir, pricebook.Current)
	text := "service,region,dimension,unit,tier_from,tier_to,price_usd,as_of,source\nAWSLambda,us-east-1,requests,request,0,Inf,cheap,2026-01-01,x\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	said, code := spoken(t, a, "prices", "show")
	if code != exitUsage || !strings.Contains(said, path+": line 2: price_usd") || strings.Count(said, "\n") != 1 {
		t.Errorf("exit %d: %s", code, said)
	}
	if said, code = spoken(t, a, "prices", "update", "--region", "us-east-1"); code != exitDone {
		t.Errorf("update: exit %d: %s", code, said)
	}
	if said, code = spoken(t, a, "prices", "show", "lambda requests"); code != exitDone {
		t.Errorf("after the update: exit %d: %s", code, said)
	}
}

func TestPricesOverride(t *testing.T) {
	a, dir := priceApp(t, nil)
	file := filepath.Join(dir, pricebook.Overrides)
	for _, args := range [][]string{
		{"set", "--service", "lambda", "--discount", "10", "--note", "EDP 2026"},
		{"set", "--service", "AWSLambda", "--region", "us-east-1", "--dimension", "requests", "--price", "0.0000001"},
	} {
		if text, code := spoken(t, a, append([]string{"prices", "override"}, args...)...); code != exitDone {
			t.Fatalf("%v: exit %d: %s", args, code, text)
		}
	}
	if got := requestPrice(t, a); got != "0.1" {
		t.Errorf("a million requests at the private price cost %s", got)
	}
	text, _ := spoken(t, a, "prices", "override", "list", "-o", "csv")
	if want := "service,region,dimension,discount_percent,price_usd,note\nAWSLambda,,,10,,EDP 2026\nAWSLambda,us-east-1,requests,,0.0000001,\n"; text != want {
		t.Errorf("the list is\n%s", text)
	}
	text, _ = spoken(t, a, "prices", "show", "lambda duration-arm", "--region", "us-east-1")
	if !strings.Contains(text, "10 % off (EDP 2026)") {
		t.Errorf("prices show does not tell of the discount:\n%s", text)
	}
	a.in = strings.NewReader("region: us-east-1\nresources:\n  - {name: f, service: lambda, requests: 1000000}\n")
	if text, _ = spoken(t, a, "estimate", "-", "-o", "json"); !strings.Contains(text, `"override"`) || !strings.Contains(text, "are not list prices: private price") {
		t.Errorf("the line is not flagged:\n%s", text)
	}
	if text, code := spoken(t, a, "prices", "override", "remove", "--service", "lambda", "--region", "us-east-1", "--dimension", "requests"); code != exitDone {
		t.Errorf("remove: exit %d: %s", code, text)
	}
	if got := requestPrice(t, a); got != "0.18" {
		t.Errorf("a million requests at 10 %% off cost %s", got)
	}
	for _, args := range [][]string{
		{"set", "--service", "lambda"},
		{"set", "--service", "mainframe", "--discount", "5"},
		{"set", "--discount", "101"},
		{"set", "--discount", "-1"},
		{"set", "--discount", "5", "--price", "1"},
		{"set", "--price", "1"},
		{"set", "--service", "lambda", "--dimension", "spells", "--discount", "5"},
		{"remove", "--service", "s3"},
	} {
		if text, code := spoken(t, a, append([]string{"prices", "override"}, args...)...); code != exitUsage || strings.Count(text, "\n") != 1 {
			t.Errorf("%v: exit %d: %s", args, code, text)
		}
	}
	if err := os.WriteFile(file, []byte("overrides:\n  - service: Mainframe\n    discount_percent: 5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"prices", "show"}, {"prices", "override"}, {"prices", "override", "set", "--discount", "5"}} {
		if text, code := spoken(t, a, args...); code != exitUsage || !strings.HasPrefix(text, "breakeven: "+file+":2: service") {
			t.Errorf("%v: exit %d: %s", args, code, text)
		}
	}
}

// TestPricesDiff imports ten thousand calls of a function, makes requests
// dearer by a half, and reads what that does to the bill.
func TestPricesDiff(t *testing.T) {
	files := listtest.Files(listed("20261101000000", "0.0000003"))
	a, dir := priceApp(t, files)
	logs := filepath.Join(dir, "log.txt")
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "2026-11-10T10:%02d:00.000Z REPORT RequestId: 0000%04d-0000-4000-8000-000000000000\tDuration: 99.50 ms\tBilled Duration: 100 ms\tMemory Size: 128 MB\tMax Memory Used: 50 MB\t\n", i%60, i)
	}
	if err := os.WriteFile(logs, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, code := spoken(t, a, "import", "logs", "--function", "f", "--region", "us-east-1", logs); code != exitDone {
		t.Fatalf("import: exit %d: %s", code, text)
	}
	if text, code := spoken(t, a, "prices", "update", "--service", "lambda"); code != exitDone {
		t.Fatalf("update: exit %d: %s", code, text)
	}
	text, code := spoken(t, a, "prices", "diff", "-o", "json")
	var doc struct {
		Changes []struct {
			Dimension string
			Old       json.Number `json:"old_price_usd"`
			New       json.Number `json:"new_price_usd"`
			Change    float64
			Source    string `json:"price_source"`
		}
		Bill []struct {
			Service    *string
			Difference json.Number `json:"difference_usd"`
		}
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil || code != exitDone || len(doc.Changes) != 1 || len(doc.Bill) != 2 {
		t.Fatalf("exit %d, %v: %s", code, err, text)
	}
	if c := doc.Changes[0]; c.Dimension != "requests" || c.Old != "0.0000002" || c.New != "0.0000003" || c.Change != 0.5 || !strings.Contains(c.Source, "SKU AAAA") {
		t.Errorf("%+v", c)
	}
	// 100 requests at 0.0000001 USD more.
	for _, service := range doc.Bill {
		if service.Difference != "0.00001" {
			t.Errorf("the bill changes by %s", service.Difference)
		}
	}
	if text, code = spoken(t, a, "prices", "diff"); code != exitDone || !strings.Contains(text, "50 %") || !strings.Contains(text, "The bill of") {
		t.Errorf("exit %d:\n%s", code, text)
	}
	text, code = spoken(t, a, "query", "SELECT average FROM month_price WHERE dimension = 'requests'", "-o", "csv")
	if code != exitDone || text != "average\n0.0000003\n" {
		t.Errorf("the views have the price: exit %d: %s", code, text)
	}
	if text, code = spoken(t, a, "prices", "diff", "--against", "tomorrow"); code != exitUsage {
		t.Errorf("exit %d: %s", code, text)
	}
}
