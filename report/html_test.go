package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	xhtml "golang.org/x/net/html"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/modeltest"
	"github.com/breakeven-dev/breakeven/model/unit"
)

func render(t testing.TB, a model.Analysis, opt HTMLOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, a, opt); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elements counts elements and lists attributes of a page.
func elements(t testing.TB, page string) (map[string]int, []xhtml.Attribute) {
	t.Helper()
	doc, err := xhtml.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]int{}
	var attrs []xhtml.Attribute
	for n := range doc.Descendants() {
		if n.Type == xhtml.ElementNode {
			names[n.Data]++
			attrs = append(attrs, n.Attr...)
		}
	}
	return names, attrs
}

func TestReportIsOneFileWithoutNetwork(t *testing.T) {
	page := render(t, modeltest.Analysis(), HTMLOptions{})
	if m := regexp.MustCompile(`https?://|//[a-z]+\.|@import|url\(`).FindString(page); m != "" {
		t.Errorf("the report mentions %q", m)
	}
	_, attrs := elements(t, page)
	for _, a := range attrs {
		if a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") && a.Val != "data:," || strings.HasPrefix(a.Key, "on") {
			t.Errorf("attribute %s=%q", a.Key, a.Val)
		}
	}
}

// TestPolicyAllowsExactlyTheScripts hashes the scripts as a browser does.
func TestPolicyAllowsExactlyTheScripts(t *testing.T) {
	page := render(t, modeltest.Analysis(), HTMLOptions{})
	policy := html.UnescapeString(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1])
	if !strings.HasPrefix(policy, "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-") || !strings.Contains(policy, "img-src data:") {
		t.Errorf("policy: %s", policy)
	}
	scripts := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindAllStringSubmatch(page, -1)
	if len(scripts) != 2 || strings.Count(policy, "sha256-") != 2 {
		t.Fatalf("%d scripts, policy %s", len(scripts), policy)
	}
	for _, s := range scripts {
		sum := sha256.Sum256([]byte(s[1]))
		if !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
			t.Errorf("a script of %d bytes is not in the policy", len(s[1]))
		}
	}
}

func TestReportIsDeterministic(t *testing.T) {
	first, second := render(t, modeltest.Analysis(), HTMLOptions{}), render(t, modeltest.Analysis(), HTMLOptions{})
	if first != second {
		t.Error("two reports of one analysis differ")
	}
}

func TestReportSizes(t *testing.T) {
	for _, c := range []struct{ functions, limit int }{{40, 250_000}, {500, 1_000_000}} {
		if n := len(render(t, modeltest.Large(c.functions), HTMLOptions{})); n > c.limit {
			t.Errorf("%d functions make %d bytes, more than %d", c.functions, n, c.limit)
		} else {
			t.Logf("%d functions: %d bytes", c.functions, n)
		}
	}
}

func TestReportIsAccessible(t *testing.T) {
	page := render(t, modeltest.Analysis(), HTMLOptions{Command: "breakeven report"})
	names, _ := elements(t, page)
	for name, want := range map[string]int{"h1": 1, "main": 1, "nav": 1, "header": 1, "footer": 1, "title": -1} {
		if names[name] == 0 || want > 0 && names[name] != want {
			t.Errorf("%d <%s>", names[name], name)
		}
	}
	if names["caption"] != names["table"] || names["table"] < 6 {
		t.Errorf("%d captions for %d tables", names["caption"], names["table"])
	}
	if figures, images := names["figure"], strings.Count(page, `role="img" aria-label="`); figures != images || figures < 8 {
		t.Errorf("%d figures, %d of them described", figures, images)
	}
	for _, id := range []string{"verdict", "cost", "functions", "health", "cold", "servers", "savings", "method", "fn-orders-api"} {
		if !strings.Contains(page, `id="`+id+`"`) {
			t.Errorf("no section %s", id)
		}
	}
}

// shown is the page without its scripts.
func shown(page string) string {
	before, _, _ := strings.Cut(page, "<script")
	return before
}

func TestReportOfNothingAndOfUnknown(t *testing.T) {
	if page := render(t, modeltest.Empty(), HTMLOptions{}); !strings.Contains(page, "Nothing has been collected yet") {
		t.Error("an empty report does not say so")
	}
	page := render(t, modeltest.Unpriced(), HTMLOptions{})
	if !strings.Contains(page, "The price book lacks a price") || strings.Contains(shown(page), "NaN") {
		t.Error("a report of an unknown total does not say so, or prints NaN")
	}
}

func TestLatencyChart(t *testing.T) {
	series := func(model.ResourceKey) []model.SeriesPoint {
		out := make([]model.SeriesPoint, 300)
		for i := range out {
			out[i] = model.SeriesPoint{At: modeltest.Start.Add(time.Duration(i) * time.Hour), P99Ms: float64(100 + i%24)}
			if i > 40 && i < 60 {
				out[i].P99Ms = math.NaN()
			}
		}
		return out
	}
	if page := render(t, modeltest.Analysis(), HTMLOptions{Series: series}); !strings.Contains(page, "p99 duration") || strings.Contains(shown(page), "NaN") {
		t.Error("no latency chart, or one with NaN")
	}
}

// TestVendoredFilesAreAsNamed checks the third-party files against VERSIONS.
func TestVendoredFilesAreAsNamed(t *testing.T) {
	list, err := os.ReadFile("html/vendor/VERSIONS")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, line := range strings.Split(strings.TrimSpace(string(list)), "\n") {
		f := strings.Fields(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		data, err := os.ReadFile(filepath.Join("html/vendor", f[0]))
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != f[4] {
			t.Errorf("%s is not the file that VERSIONS names", f[0])
		}
		n++
	}
	if n != 3 {
		t.Errorf("%d files named", n)
	}
}

// hostile puts s wherever the account's text can stand.
func hostile(s string) model.Analysis {
	a := modeltest.Large(4)
	f := &a.Functions[0]
	f.Key.Name, f.App, f.Tags = s, s, map[string]string{s: s}
	f.Key.ID, f.Config.Runtime, f.Cold.Reason, f.Cold.Known = unit.ResourceID("arn:"+s), s, s, false
	f.LineItems[0].Dimension, f.LineItems[0].Unit = s, s
	a.Accounts, a.Regions = []unit.AccountID{unit.AccountID(s)}, []unit.Region{unit.Region(s)}
	a.Compare.Verdict, a.Compare.Options[0].Option, a.Compare.Options[0].Purchase = s, s, s
	a.Advice = []model.Advice{{ID: s, Resource: f.Key, Title: s, Evidence: []string{s}, Confidence: s, Effort: s, Risk: s, Apply: s, Disproof: s}}
	a.Gaps[0].Reason, a.Warnings[0].Text, a.Sources = s, s, []string{s}
	a.Services[0].LineItems[0].Source.Name = s
	return a
}

// FuzzNamesNeverBreakOut holds the elements and attributes of a report
// against those of the same report with a harmless name.
func FuzzNamesNeverBreakOut(f *testing.F) {
	for _, s := range []string{
		"<script>alert(1)</script>", `"onmouseover="alert(1)`, "</script><script>alert(1)</script>", "</title></style></textarea>",
		"javascript:alert(1)", "{{.}}", "\x1b[31m", "\u202e", "<!--", "]]>", "'\"`=<>&", "--><img src=x onerror=alert(1)>", "\u2028",
	} {
		f.Add(s)
	}
	count := func(t *testing.T, s string) (map[string]int, string) {
		page := render(t, hostile(s), HTMLOptions{Command: "breakeven " + s, Version: s})
		names, attrs := elements(t, page)
		for _, a := range attrs {
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") && a.Val != "data:," {
				t.Fatalf("%q makes %s=%q", s, a.Key, a.Val)
			}
		}
		return names, page
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, _ := count(t, "n"+strings.Repeat("x", min(len(s), 8)))
		got, page := count(t, "n"+s)
		for name := range got {
			if got[name] != want[name] {
				t.Fatalf("%q: %d <%s>, %d with a harmless name", s, got[name], name, want[name])
			}
		}
		data := regexp.MustCompile(`(?s)id="data">(.*?)</script>`).FindStringSubmatch(page)
		if len(data) != 2 || !json.Valid([]byte(data[1])) {
			t.Fatalf("%q: the embedded data is not JSON", s)
		}
	})
}
