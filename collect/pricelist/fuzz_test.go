package pricelist

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model/price"
)

// fuzzOffer reads hostile files: whatever they say, prices that come out can
// be written to a book and read from it again.
func fuzzOffer(f *testing.F, parse parser) {
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := parse(opened(body), "AWSLambda", "us-east-1")
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %q", err)
			}
			return
		}
		prices, _ := o.prices(shapesOf(price.Embedded(), "AWSLambda"))
		var b bytes.Buffer
		if err := price.WriteCSV(&b, prices); err != nil {
			t.Fatal(err)
		}
		again, err := price.ReadCSV(&b)
		if err != nil || len(again) != len(prices) {
			t.Fatalf("%d prices became %d: %v", len(prices), len(again), err)
		}
		for _, p := range again {
			if p.Tiers[0].Price.Sign() < 0 || p.Key.Region != "us-east-1" || p.Key.Service != "AWSLambda" {
				t.Errorf("%+v", p)
			}
		}
	})
}

func FuzzReadJSON(f *testing.F) {
	o := lambda("us-east-1", "")
	f.Add(o.JSON())
	o.TermsFirst = true
	f.Add(o.JSON())
	f.Add([]byte(`{"offerCode":"AWSLambda","version":"1","publicationDate":"2026-10-01","products":{"A":{"attributes":{"usagetype":"Request"}}},"terms":{"OnDemand":{"A":{"t":{"priceDimensions":{"r":{"beginRange":"0","endRange":"Inf","pricePerUnit":{"USD":"0.0000003"}}}}}}}}`))
	f.Add([]byte(`{"products":{},"terms":{},"x":[1,-2.5e3,true,null,"\"\\\u00e9",{}]}`))
	fuzzOffer(f, readJSON)
}

func FuzzReadCSV(f *testing.F) {
	f.Add(lambda("us-east-1", "").CSV())
	f.Add([]byte("\"Version\",\"1\"\r\n\"SKU\",\"a \"\"b\"\"\n\"\r\n"))
	fuzzOffer(f, readCSV)
}

// FuzzScanner holds the scanner against encoding/json: what the one reads as a
// document, the other does, but for bounds that encoding/json does not set.
func FuzzScanner(f *testing.F) {
	for _, s := range []string{`{"a":"b\\","c":[1,{"d":null}],"e":"\u0041\"x"}`, `{}`, `{"a":1}x`, `{"a":"\`, `{"a":[1,]}`, `{"a":"` + strings.Repeat(`\\`, 40) + `"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		want := map[string]json.RawMessage{}
		reference := json.Unmarshal(body, &want)
		if string(bytes.TrimSpace(body)) == "null" {
			return
		}
		got := map[string]string{}
		s := newScanner(bytes.NewReader(body))
		err := s.object(func(key string) error {
			text, whole, err := s.text()
			if got[key] = text; !whole {
				got[key] = "?"
			}
			return err
		})
		if err == nil {
			err = s.end()
		}
		if reference != nil || err != nil {
			if reference == nil && !strings.Contains(err.Error(), "longer than") && !strings.Contains(err.Error(), "nested more") {
				t.Errorf("valid, and refused: %v: %q", err, body)
			}
			return
		}
		for key, raw := range want {
			var text string
			if raw[0] != '"' || len(raw) > maxText || json.Unmarshal(raw, &text) != nil {
				text = "?"
			}
			if got[key] != text && got[key] != "?" {
				t.Errorf("%q: got %q, want %q", key, got[key], text)
			}
		}
	})
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"offers":{"AWSLambda":{"currentRegionIndexUrl":"/offers/v1.0/aws/AWSLambda/current/region_index.json"}}}`))
	f.Add([]byte(`{"offers":{"x":{"currentRegionIndexUrl":"//evil/x"}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		paths, err := parseIndex(bytes.NewReader(body), "offers", "currentRegionIndexUrl")
		if err != nil {
			return
		}
		for _, p := range paths {
			if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.Contains(p, "/../") {
				t.Errorf("the path %q leads elsewhere", p)
			}
		}
	})
}

// endless is a document that begins like an offer file and never ends.
type endless struct {
	head, body string
	at         int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.head)
	if e.head = e.head[n:]; n > 0 {
		return n, nil
	}
	for i := range p {
		p[i] = e.body[e.at%len(e.body)]
		e.at++
	}
	if e.at > 2<<20 {
		return 0, errEndless
	}
	return len(p), nil
}

var errEndless = errors.New("2 MB were read")

// TestEndlessValues reads 2 MB of one value in constant memory, wherever it
// stands.
func TestEndlessValues(t *testing.T) {
	for _, c := range []struct {
		name       string
		head, body string
		parse      parser
	}{
		{"a string that nobody reads", `{"disclaimer":"`, "x", readJSON},
		{"a string that is read", `{"version":"`, "x", readJSON},
		{"a string of backslashes", `{"disclaimer":"`, `\\`, readJSON},
		{"a key", `{"`, "k", readJSON},
		{"an attribute", `{"products":{"A":{"attributes":{"usagetype":"`, "x", readJSON},
		{"an array", `{"disclaimer":[1`, ",2", readJSON},
		{"white space", `{`, " ", readJSON},
		{"a field", `"`, "x", readCSV},
		{"a field without quotes", ``, "x", readCSV},
		{"a line of fields", `SKU`, ",x", readCSV},
		{"empty lines", ``, "\n", readCSV},
	} {
		o := func() (io.ReadCloser, error) { return io.NopCloser(&endless{head: c.head, body: c.body}), nil }
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := c.parse(o, "AWSLambda", "us-east-1")
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: read to an end", c.name)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("%s: took %d bytes of memory", c.name, used)
		}
	}
}
