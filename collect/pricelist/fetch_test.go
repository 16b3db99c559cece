package pricelist

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/collect/pricelist/listtest"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// lambda is Lambda's file of a region: the prices published on 2026-10-01 with
// one request price moved, a Reserved section, and products that the book has
// no place for.
func lambda(region, prefix string) listtest.Offer {
	usage := func(sku, name, usd string) listtest.Product {
		return listtest.Usage(sku, region, prefix+name, "", usd)
	}
	duration := usage("TG3M4CAGBA3NYQBH", "Lambda-GB-Second", "")
	duration.Tiers = []listtest.Tier{{From: "15000000000", To: "Inf", USD: "0.0000133334000"}, {From: "0", To: "6000000000", USD: "0.0000166667"}, {From: "6000000000", To: "15000000000", USD: "0.0000150000"}}
	free := usage("FREE", "x", "0.0000000000")
	free.Attributes["usagetype"] = "Global-Request"
	return listtest.Offer{
		Code: "AWSLambda", Region: region, Version: "20261001184746", Published: "2026-10-01T18:47:46Z",
		Products: []listtest.Product{usage("GU2ZS9HVP6QTQ7KE", "Request", "0.0000002500"), duration, free, usage("OTHER", "Lambda-Managed-Instances-m7i-Management-Hours", "0.1")},
	}
}

// fetch reads a list of files from loopback.
func fetch(t *testing.T, files map[string][]byte, req Request) (*Result, error) {
	t.Helper()
	server := httptest.NewServer(listtest.Serve(files))
	defer server.Close()
	src, err := NewSource(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return Fetch(t.Context(), src, complete(req))
}

func complete(req Request) Request {
	req.Known = price.Embedded()
	if req.Offers == nil {
		req.Offers = []string{"AWSLambda"}
	}
	if req.Regions == nil {
		req.Regions = []unit.Region{"us-east-1"}
	}
	return req
}

// text is prices as a book's file has them.
func text(t *testing.T, prices []price.Price) string {
	t.Helper()
	var b bytes.Buffer
	if err := price.WriteCSV(&b, prices); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const lambdaWant = `service,region,dimension,unit,tier_from,tier_to,price_usd,as_of,source
AWSLambda,us-east-1,duration-x86,GB-second,0,6000000000,0.0000166667,2026-10-01,"AWS Price List AWSLambda 20261001184746, SKU TG3M4CAGBA3NYQBH"
AWSLambda,us-east-1,duration-x86,GB-second,6000000000,15000000000,0.000015,2026-10-01,"AWS Price List AWSLambda 20261001184746, SKU TG3M4CAGBA3NYQBH"
AWSLambda,us-east-1,duration-x86,GB-second,15000000000,Inf,0.0000133334,2026-10-01,"AWS Price List AWSLambda 20261001184746, SKU TG3M4CAGBA3NYQBH"
AWSLambda,us-east-1,requests,request,0,Inf,0.00000025,2026-10-01,"AWS Price List AWSLambda 20261001184746, SKU GU2ZS9HVP6QTQ7KE"
`

func TestFetchReadsEveryForm(t *testing.T) {
	plain, reordered, compact := lambda("us-east-1", ""), lambda("us-east-1", ""), lambda("us-east-1", "USE1-")
	reordered.TermsFirst = true
	tight := listtest.Files(compact)
	for path, body := range tight {
		if strings.HasSuffix(path, ".json") {
			var b bytes.Buffer
			if err := json.Compact(&b, body); err != nil {
				t.Fatal(err)
			}
			tight[path] = b.Bytes()
		}
	}
	onlyCSV := listtest.Files(plain)
	maps.DeleteFunc(onlyCSV, func(path string, _ []byte) bool { return strings.HasSuffix(path, "us-east-1/index.json") })
	quoted := listtest.Files(plain)
	for path, body := range quoted {
		if strings.HasSuffix(path, ".csv") {
			quoted[path] = quoteAll(t, body)
		}
	}
	for _, c := range []struct {
		name  string
		files map[string][]byte
		csv   bool
	}{
		{"JSON", listtest.Files(plain), false},
		{"CSV", listtest.Files(plain), true},
		{"CSV with every field quoted and CRLF", quoted, true},
		{"terms before products", listtest.Files(reordered), false},
		{"without white space, prefixed", tight, false},
		{"CSV where there is no JSON", onlyCSV, false},
	} {
		res, err := fetch(t, c.files, Request{CSV: c.csv})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if got := text(t, res.Prices); got != lambdaWant {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, lambdaWant)
		}
	}
}

// quoteAll writes CSV as AWS's regional files have it.
func quoteAll(t *testing.T, body []byte) []byte {
	t.Helper()
	r := &csvReader{in: reader(body), offer: &offer{}}
	var b bytes.Buffer
	for r.record() == nil {
		for i, f := range r.fields {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`"` + strings.ReplaceAll(f, `"`, `""`) + `"`)
		}
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

func TestFetchReadsAFolder(t *testing.T) {
	dir := t.TempDir()
	for path, body := range listtest.Files(lambda("us-east-1", "")) {
		file := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	src, err := NewSource(dir)
	if err != nil {
		t.Fatal(err)
	}
	below, err := NewSource(filepath.Join(dir, "offers", "v1.0", "aws"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Source{src, below} {
		res, err := Fetch(t.Context(), s, complete(Request{}))
		if err != nil {
			t.Fatal(err)
		}
		if got := text(t, res.Prices); got != lambdaWant {
			t.Errorf("got\n%s", got)
		}
	}
}

// TestFetchRefuses holds that nothing is made of a list that is not whole.
func TestFetchRefuses(t *testing.T) {
	good := listtest.Files(lambda("us-east-1", ""))
	const file = "/offers/v1.0/aws/AWSLambda/20261001184746/us-east-1/index"
	change := func(path string, to func([]byte) []byte) map[string][]byte {
		files := maps.Clone(good)
		files[path] = to(files[path])
		return files
	}
	cut := func(n int) func([]byte) []byte { return func(b []byte) []byte { return b[:len(b)-n] } }
	replace := func(from, to string) func([]byte) []byte {
		return func(b []byte) []byte {
			if !bytes.Contains(b, []byte(from)) {
				t.Fatalf("the file has no %s", from)
			}
			return bytes.Replace(b, []byte(from), []byte(to), 1)
		}
	}
	deep := strings.Repeat("[", 1000) + strings.Repeat("]", 1000)
	for _, c := range []struct {
		name  string
		files map[string][]byte
		csv   bool
		want  string
	}{
		{"truncated JSON", change(file+".json", cut(40)), false, "ends too early"},
		{"JSON without its last brace", change(file+".json", cut(2)), false, "ends too early"},
		{"empty JSON", change(file+".json", func([]byte) []byte { return nil }), false, "ends too early"},
		{"truncated CSV", change(file+".csv", cut(5)), true, "truncated"},
		{"CSV cut in a quoted field", change(file+".csv", cut(len(good[file+".csv"])-60)), true, "ends too early"},
		{"CSV without header", change(file+".csv", cut(len(good[file+".csv"])-20)), true, "ends too early"},
		{"something after the end", change(file+".json", func(b []byte) []byte { return append(slices.Clone(b), "{}"...) }), false, "after the end"},
		{"deep nesting", change(file+".json", replace(`"disclaimer" : "none"`, `"disclaimer" : `+deep)), false, "nested more than 64 deep"},
		{"another offer", change(file+".json", replace(`"AWSLambda"`, `"AmazonS3"`)), false, `it is about "AmazonS3", not AWSLambda`},
		{"another offer in CSV", change(file+".csv", replace("OfferCode,AWSLambda", "OfferCode,AmazonS3")), true, `it is about "AmazonS3", not AWSLambda`},
		{"no date", change(file+".json", replace("2026-10-01T", "yesterday")), false, "publication date"},
		{"a version that is none", change(file+".json", replace("20261001184746", "1\\nx")), false, "version"},
		{"an HTML page", change(file+".json", func([]byte) []byte { return []byte("<html>sorry</html>") }), false, `want '{', found '<'`},
		{"not an offer file", change(file+".json", func([]byte) []byte { return []byte("{}") }), false, "no offer file"},
		{"a path to another host", change("/offers/v1.0/aws/index.json", replace(`"/offers/v1.0/aws/AWSLambda/current/region_index.json"`, `"http://169.254.169.254/x"`)), false, "is no path of the price list"},
		{"a path upwards", change("/offers/v1.0/aws/index.json", replace(`"/offers/v1.0/aws/AWSLambda/current/region_index.json"`, `"/../../etc/passwd"`)), false, "is no path of the price list"},
		{"no index", map[string][]byte{}, false, "HTTP 404"},
	} {
		res, err := fetch(t, c.files, Request{CSV: c.csv})
		switch {
		case err == nil:
			t.Errorf("%s: read %d prices", c.name, len(res.Prices))
		case !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: got %q, want %q", c.name, err, c.want)
		case strings.Contains(err.Error(), "\n"):
			t.Errorf("%s: more than a line: %q", c.name, err)
		}
	}
}

// TestFetchShortBody holds that a body shorter than announced is noticed even
// where it ends with a whole line.
func TestFetchShortBody(t *testing.T) {
	files := listtest.Files(lambda("us-east-1", ""))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := files[r.URL.Path]
		if strings.HasSuffix(r.URL.Path, ".csv") {
			w.Header().Set("Content-Length", "1000000")
		}
		_, _ = w.Write(body)
	}))
	defer server.Close()
	src, err := NewSource(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Fetch(t.Context(), src, complete(Request{CSV: true})); err == nil || !strings.Contains(err.Error(), "truncated") {
		t.Errorf("got %v", err)
	}
}

// TestFetchTriesAgain holds that a failure that passes costs nothing, and
// that one that stays is an error.
func TestFetchTriesAgain(t *testing.T) {
	files, failures := listtest.Files(lambda("us-east-1", "")), 2
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if failures > 0 {
			failures--
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		listtest.Serve(files)(w, r)
	}))
	defer server.Close()
	src, err := NewSource(server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	if res, err := Fetch(t.Context(), src, complete(Request{})); err != nil || text(t, res.Prices) != lambdaWant {
		t.Errorf("after two failures: %v", err)
	}
	failures = attempts
	if _, err := Fetch(t.Context(), src, complete(Request{})); err == nil || !strings.Contains(err.Error(), "HTTP 503") {
		t.Errorf("after %d failures: %v", attempts, err)
	}
}

// TestFetchMissing holds that a service that a region does not have is no
// failure.
func TestFetchMissing(t *testing.T) {
	res, err := fetch(t, listtest.Files(lambda("eu-west-1", "EU-")), Request{Offers: []string{"AWSLambda", "AmazonS3"}, Regions: []unit.Region{"eu-west-1", "us-east-1"}})
	if err != nil {
		t.Fatal(err)
	}
	var missing []bool
	for _, f := range res.Files {
		missing = append(missing, f.Missing)
	}
	if !slices.Equal(missing, []bool{false, true, true, true}) || res.Files[0].Prices != 2 {
		t.Errorf("got %+v", res.Files)
	}
}
