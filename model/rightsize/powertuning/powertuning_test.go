package powertuning

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// published is the example of README-INPUT-OUTPUT.md of
// github.com/alexcasalboni/aws-lambda-power-tuning.
const published = "https://lambda-power-tuning.show/#gAAAAQACAAQABsAL;ZooQR4yvkUa/pQRGRC5zRaADHUVjOftE;QdWhOEMkoziDT5Q4xhiIOMYYiDi6RNc4"

// publishedMs is what the page draws for it.
var publishedMs = map[unit.MiB]float64{128: 37002.3984, 256: 18647.7734, 512: 8489.4365, 1024: 3890.8916, 1536: 2512.2266, 3008: 2009.7933}

func checkPublished(t *testing.T, points []Point, err error) {
	t.Helper()
	if err != nil || len(points) != len(publishedMs) {
		t.Fatalf("%v, %v", points, err)
	}
	for _, p := range points {
		ms := float64(p.Duration) / float64(time.Millisecond)
		if math.Abs(ms-publishedMs[p.Memory]) > 1e-4 || p.Cost < 6e-5 || p.Cost > 1.1e-4 {
			t.Errorf("%+v: want %v ms and $0.00006 to 0.00011", p, publishedMs[p.Memory])
		}
	}
}

func TestPublishedURL(t *testing.T) {
	_, hash, _ := strings.Cut(published, "#")
	for _, s := range []string{
		published, hash, "  " + published + "\n", `"` + published + `"`,
		strings.ReplaceAll(published, ";", "%3B"),
	} {
		points, err := Parse([]byte(s))
		checkPublished(t, points, err)
	}
}

func TestURLRoundTrip(t *testing.T) {
	points, err := Parse([]byte(published))
	if err != nil || visualURL(points) != published {
		t.Errorf("%s, %v", visualURL(points), err)
	}
}

// The forms of README-INPUT-OUTPUT.md, and of describe-execution.
func TestJSON(t *testing.T) {
	inner := `{"power": "128", "cost": 0.0000002083, "duration": 2.9066666666666667,
		"stateMachine": {"executionCost": 0.00045, "lambdaCost": 0.0005252, "visualization": "` + published + `"}}`
	wrapped, _ := json.Marshal(map[string]string{"status": "SUCCEEDED", "output": `{"results": ` + inner + `}`})
	for _, s := range []string{inner, `{"results": ` + inner + `}`, string(wrapped)} {
		points, err := Parse([]byte(s))
		checkPublished(t, points, err)
	}
}

func TestStatsComeFirst(t *testing.T) {
	got, err := Parse([]byte(`{"results": {"power": 256, "stateMachine": {"visualization": "` + published + `"},
		"stats": [{"averagePrice": 4e-7, "averageDuration": 1.5, "value": 256}, {"averageDuration": 0, "value": 512},
		{"averagePrice": 2.083e-7, "averageDuration": 2.9066666666666667, "value": 128}]}}`))
	want := []Point{{128, 2906667 * time.Nanosecond, 2.083e-7}, {256, 1500 * time.Microsecond, 4e-7}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestOnlyTheChosenSize(t *testing.T) {
	got, err := Parse([]byte(`{"power": "512", "cost": 1e-6, "duration": 10}`))
	if want := []Point{{512, 10 * time.Millisecond, 1e-6}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", "empty"},
		{"{", "not the JSON"},
		{"{}", "not the output"},
		{`{"output": "{\"output\": \"{\\\"output\\\": \\\"{}\\\"}\"}"}`, "not the output"},
		{"https://lambda-power-tuning.show/", "nothing behind #"},
		{"gAAAAQ==;AACAPw==", "2 parts"},
		{"a;b;c;d;e;f", "6 parts"},
		{"!;AACAPw==;AACAPw==", "sizes behind #: not base64"},
		{"gAAAAQ==;AACAPw==;AACAPw==", "4, 4 and 4 bytes"},
		{";;", "0 measured sizes"},
		{"QAA=;AACAPw==;AAAAAA==", "power 64"},
		{"gAA=;AADAfw==;AAAAAA==", "duration NaN"},
		{"gAA=;AAAAAA==;AAAAAA==", "duration 0"},
		{"gAA=;AACAPw==;AACAvw==", "cost -1"},
		{"gACAAA==;AACAPwAAgD8=;AAAAAAAAAAA=", "twice"},
		{`{"stats": [{"value": 128.5, "averageDuration": 1}]}`, "power 128.5"},
		{`{"power": "128", "duration": 900001}`, "duration 900001"},
		{strings.Repeat("a", MaxBytes+1), "more than"},
	} {
		points, err := Parse([]byte(c.in))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.80s: %v, %v, want %q", c.in, points, err, c.want)
		}
	}
}

func TestInput(t *testing.T) {
	const arn = "arn:aws:lambda:us-east-1:123456789012:function:orders"
	in, err := NewInput(arn, []unit.MiB{128, 512}, 50, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := json.Marshal(in)
	want := `{"lambdaARN":"` + arn + `","powerValues":[128,512],"num":50,"payload":{},"strategy":"balanced","includeOutputResults":true}`
	if string(got) != want {
		t.Errorf("%s", got)
	}
	for _, c := range []struct {
		arn     string
		sizes   []unit.MiB
		num     int
		payload string
		want    string
	}{
		{"orders", []unit.MiB{128}, 10, "", "whole ARN"},
		{arn, nil, 10, "", "0 sizes"},
		{arn, []unit.MiB{64}, 10, "", "size 64 MB"},
		{arn, []unit.MiB{128}, 4, "", "4 invocations"},
		{arn, []unit.MiB{128}, 10, "{", "not JSON"},
	} {
		var payload json.RawMessage
		if c.payload != "" {
			payload = json.RawMessage(c.payload)
		}
		if _, err := NewInput(c.arn, c.sizes, c.num, payload); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// Whatever is read can be fitted: sizes and durations in Lambda's range, each
// size once, in order, and what the URL keeps comes back.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		published, `{"results":{"power":"128","duration":2.9,"stateMachine":{"visualization":"` + published + `"}}}`,
		`{"stats":[{"averagePrice":1e-7,"averageDuration":2.5,"value":128}]}`, `{"output":"{}"}`, "gAA=;AACAPw==;AAAAAA==", "#;;",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		points, err := Parse(data)
		if err != nil {
			if points != nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v with %q", points, err)
			}
			return
		}
		for i, p := range points {
			if p.Memory < 128 || p.Memory > 10240 || p.Duration <= 0 || p.Duration > 15*time.Minute || !(p.Cost >= 0) || i > 0 && points[i-1].Memory >= p.Memory {
				t.Errorf("%+v among %v", p, points)
			}
		}
		if points[0].Duration < time.Microsecond {
			return
		}
		again, err := ParseURL(visualURL(points))
		if err != nil {
			t.Fatalf("%v of %v", err, points)
		}
		for i, p := range again {
			if q := points[i]; p.Memory != q.Memory || math.Abs(float64(p.Duration-q.Duration)) > 1+1e-6*float64(q.Duration) {
				t.Errorf("%+v became %+v", q, p)
			}
		}
	})
}

// visualURL encodes points as a visualization URL. Durations and costs keep the
// seven digits of 32-bit floats.
func visualURL(points []Point) string {
	var sizes, times, costs []byte
	for _, p := range points {
		sizes = binary.LittleEndian.AppendUint16(sizes, uint16(p.Memory))
		times = binary.LittleEndian.AppendUint32(times, math.Float32bits(float32(float64(p.Duration)/float64(time.Millisecond))))
		costs = binary.LittleEndian.AppendUint32(costs, math.Float32bits(float32(p.Cost)))
	}
	e := base64.StdEncoding
	return "https://lambda-power-tuning.show/#" + e.EncodeToString(sizes) + ";" + e.EncodeToString(times) + ";" + e.EncodeToString(costs)
}
