package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// rightsizeAnswer is what the JSON of rightsize holds.
type rightsizeAnswer struct {
	SchemaVersion int `json:"schema_version"`
	Curve         []struct {
		Memory   int64    `json:"memory_mb"`
		Duration *float64 `json:"duration_ms"`
		Low      *float64 `json:"duration_low_ms"`
		High     *float64 `json:"duration_high_ms"`
		Cost     *float64 `json:"cost_per_million_usd"`
		Monthly  *float64 `json:"monthly_cost_usd"`
		Measured bool     `json:"measured"`
	} `json:"curve"`
	Cheapest *int64 `json:"cheapest_mb"`
	Fastest  *int64 `json:"fastest_mb"`
	Balanced *int64 `json:"balanced_mb"`
	Grade    string `json:"grade"`
}

func rightsizeJSON(t *testing.T, args ...string) rightsizeAnswer {
	t.Helper()
	out, errOut, code := command(t, "", append([]string{"rightsize", "-o", "json"}, args...)...)
	if code != exitDone || errOut != "" {
		t.Fatalf("%v: exit %d, %s", args, code, errOut)
	}
	var a rightsizeAnswer
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

const tuningURL = "https://lambda-power-tuning.show/#gAAAAQACAAQABsAL;ZooQR4yvkUa/pQRGRC5zRaADHUVjOftE;QdWhOEMkoziDT5Q4xhiIOMYYiDi6RNc4"

func TestRightsizeGolden(t *testing.T) {
	for file, args := range map[string][]string{
		"two.txt":    {"--measured", "512:1200ms,1024:640ms"},
		"two.json":   {"--measured", "512:1200ms,1024:640ms", "-o", "json"},
		"cpu.md":     {"--measured", "512:1200ms", "--cpu-time", "400ms@512", "--max-memory-used", "180", "--invocations", "2000000", "--arch", "arm64", "-o", "markdown"},
		"one.txt":    {"--measured", "512:1200ms"},
		"one.json":   {"--measured", "512:1200ms", "-o", "json"},
		"tuning.txt": {"--power-tuning", tuningURL},
	} {
		out, errOut, code := command(t, "", append([]string{"rightsize"}, args...)...)
		if code != exitDone || errOut != "" {
			t.Errorf("%v: exit %d, %s", args, code, errOut)
		}
		golden(t, "rightsize/"+file, out)
	}
}

// 10^6 x ($0.0000002 + GB x ceil(ms) x $0.0000166667), list prices of
// us-east-1 on x86_64; arm64 has $0.0000133334.
func TestRightsizeCosts(t *testing.T) {
	for arch, perSecond := range map[string]float64{"x86_64": 0.0000166667, "arm64": 0.0000133334} {
		a := rightsizeJSON(t, "--measured", "512:1200ms,1024:640ms,640:1s", "--arch", arch, "--invocations", "3000000")
		if a.SchemaVersion != 1 || len(a.Curve) != 13 || a.Grade != "A" {
			t.Fatalf("%+v", a)
		}
		for _, p := range a.Curve {
			want := 1e6 * (0.0000002 + float64(p.Memory)/1024*math.Ceil(*p.Duration)/1000*perSecond)
			if math.Abs(*p.Cost-want) > 1e-9 || math.Abs(*p.Monthly-3*want) > 1e-9 {
				t.Errorf("%s, %d MB, %v ms: %v a million, %v a month, want %v", arch, p.Memory, *p.Duration, *p.Cost, *p.Monthly, want)
			}
		}
	}
}

func TestRightsizeFloor(t *testing.T) {
	a := rightsizeJSON(t, "--measured", "512:1200ms,1024:1190ms", "--max-memory-used", "900")
	if *a.Cheapest != 1536 || a.Curve[0].Memory != 128 || a.Curve[0].Duration == nil {
		t.Errorf("cheapest %d, first %+v: want the least size of 1,088 MB and more, and the whole curve", *a.Cheapest, a.Curve[0])
	}
}

func TestRightsizeOneSize(t *testing.T) {
	a := rightsizeJSON(t, "--measured", "512:1200ms")
	if a.Cheapest != nil || a.Fastest != nil || a.Balanced != nil || a.Grade != "D" {
		t.Errorf("%+v: want no choice", a)
	}
	for _, p := range a.Curve {
		if p.Measured != (p.Memory == 512) || p.Measured != (p.Duration != nil) || p.Measured != (p.Cost != nil) || p.Low == nil || p.High == nil {
			t.Errorf("%+v", p)
		}
	}
}

func TestRightsizePowerTuning(t *testing.T) {
	file := filepath.Join(t.TempDir(), "execution.json")
	text := `{"results": {"power": "128", "stateMachine": {"visualization": "` + tuningURL + `"}}}`
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	url, fromFile := rightsizeJSON(t, "--power-tuning", tuningURL), rightsizeJSON(t, "--power-tuning", file)
	out, _, code := command(t, text, "rightsize", "-o", "json", "--power-tuning", "-")
	var stdin rightsizeAnswer
	if err := json.Unmarshal([]byte(out), &stdin); err != nil || code != exitDone {
		t.Fatalf("exit %d, %v", code, err)
	}
	for _, a := range []rightsizeAnswer{url, fromFile, stdin} {
		if a.Grade != "A" || a.Curve[0].Memory != 128 || !a.Curve[0].Measured || math.Abs(*a.Curve[0].Duration-37002.3984) > 1e-4 {
			t.Errorf("grade %s, %+v", a.Grade, a.Curve[0])
		}
	}
}

func TestRightsizeWrongUsage(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "at least one size"},
		{"--measured 512", `--measured "512"`},
		{"--measured 512:1s,", `--measured ""`},
		{"--measured x:1s", `--measured "x:1s"`},
		{"--measured 512:12", `--measured "512:12"`},
		{"--measured 512:1s,512:2s", "given twice"},
		{"--measured 64:1s", "64 MB"},
		{"--measured 99999999999:1s", "want a size"},
		{"--measured 512:-1s", "duration -1s"},
		{"--measured 512:16m", "at most 15m0s"},
		{"--measured 512:1s --arch mips", "--arch"},
		{"--measured 512:1s --region mars-1", "--region mars-1"},
		{"--measured 512:1s --region cn-north-1", "not in USD"},
		{"--measured 512:1s --cpu-time 1s", "--cpu-time"},
		{"--measured 512:1s --cpu-time 1s@256", "no duration is measured"},
		{"--measured 512:1s --cpu-time 7s@512", "six vCPUs"},
		{"--measured 512:1s --max-memory-used 0", "--max-memory-used 0"},
		{"--measured 512:1s --max-memory-used 10241", "--max-memory-used 10241"},
		{"--measured 512:1s --invocations -1", "--invocations -1"},
		{"--measured 512:1s --power-tuning x", "give one of"},
		{"--power-tuning /no/such/file", "no such file"},
		{"--power-tuning #a;b", "2 parts"},
		{"--power-tuning -", "standard input: empty"},
		{"--measured 512:1s more", "more"},
	} {
		out, errOut, code := command(t, "", append([]string{"rightsize"}, strings.Fields(c.args)...)...)
		if code != exitUsage || out != "" || !strings.Contains(errOut, c.want) || strings.Count(errOut, "\n") != 1 {
			t.Errorf("%s: exit %d, %q, %q: want %q", c.args, code, out, errOut, c.want)
		}
	}
}

// Whatever people type ends in measurements or in one line of error.
func FuzzMeasured(f *testing.F) {
	for _, s := range []string{"512:1200ms,1024:640ms", "512:1s", "", ",", "512:", ":1s", "-1:1h", "512:1ns, 256:2m", "400ms@512", "@", "1e9h@1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, err := parseMeasured(s)
		if (err == nil) != (len(list) > 0) || err != nil && strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%q: %v, %q", s, list, err)
		}
		cpu, err := parseCPUTime(s)
		if (err == nil) != (cpu != nil) || err != nil && strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%q: %v, %q", s, cpu, err)
		}
	})
}
