package reportlog

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// samples returns the non-empty blocks of testdata/report-lines.txt, whose
// sources stand in the file above each of them.
func samples(t testing.TB) [][]string {
	t.Helper()
	b, err := os.ReadFile("testdata/report-lines.txt")
	if err != nil {
		t.Fatal(err)
	}
	var blocks [][]string
	for _, part := range strings.Split(string(b), "# source: ")[1:] {
		lines := strings.Split(part, "\n")[1:]
		var block []string
		for _, l := range lines {
			if l != "" && !strings.HasPrefix(l, "#") {
				block = append(block, l)
			}
		}
		blocks = append(blocks, block)
	}
	return blocks
}

// none is a Report without any optional number.
func none(id string, ms float64, billed int64, memory, used unit.MiB) Report {
	return Report{
		RequestID: []byte(id), DurationMs: ms, BilledMs: billed, InitMs: -1, RestoreMs: -1, BilledRestoreMs: -1,
		Memory: memory, MaxMemoryUsed: used,
	}
}

func (r Report) init(ms float64) Report      { r.InitMs = ms; return r }
func (r Report) restore(a, b float64) Report { r.RestoreMs, r.BilledRestoreMs = a, b; return r }
func (r Report) status(s, e string) Report   { r.Status, r.ErrorType = s, e; return r }
func (r Report) at(s string) Report {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	r.At = t
	return r
}

// TestSamples holds every sample against its figures, in the order of the
// file; nil is a block without a report.
func TestSamples(t *testing.T) {
	one := func(r Report) *Report { return &r }
	cut := none("", -1, -1, -1, 1035).init(476.75).status("timeout", "")
	cut.RequestID = nil
	want := []*Report{
		one(none("<request-id>", 3.01, 4, 128, 36).init(110.10)),
		one(none("<request-id>", 2.90, 3, 128, 36)),
		one(none("533dca35-3ef3-4824-8632-ea4846bcd532", 2642.34, 2643, 128, 90)),
		one(none("55bc566d-1e2c-11e7-93e6-6705ceb4c1cc", 469.40, 500, 1024, 21).init(100.99)),
		one(none("55bc566d-1e2c-11e7-93e6-6705ceb4c1cc", 469.40, 500, 1024, 21).restore(474.16, 75)),
		one(none("8c360c87-d4b7-4423-b5f3-af02be3c1763", 2338.66, 2521, 3009, 173).restore(398.97, 182)),
		one(none("ea643eb8-1547-41f5-8c51-4ff6abe3e0d1", 20.39, 21, 128, 57).init(178.50)),
		one(none("f89a64a5-e8dc-4a7a-a6ad-db83119ff44e", 48034.79, 48895, 512, 97).init(859.43)),
		one(none("e612b513-b212-443f-b0f1-816882178050", 1456.85, 1933, 128, 94).init(475.25)),
		one(none("13222b1e-f16b-4550-89df-869ab0a9806d", 3000, 3000, 1024, 64).status("timeout", "")),
		one(none("069c8528-5926-43e2-a016-66ceeb943a46", 300000, 300000, 128, 127).status("timeout", "")),
		one(none("054d8776-b852-42f6-a1a6-752552daea41", 600000, 600000, 1024, 1024).status("timeout", "")),
		&cut,
		one(none("276ff3b9-1609-4ee7-a288-db3752630767", 10935.70, 10936, 1024, 1024).status("error", "Runtime.OutOfMemory")),
		one(none("57325a9d-ff5f-42e4-83df-80f3dcaaef25", 95.78, 96, 512, 39).status("error", "Runtime.ImportModuleError")),
		nil, // INIT_REPORT, phase invoke
		nil, // INIT_REPORT, phase init
		nil, // INIT_REPORT of a custom runtime
		nil, // INIT_START
		one(none("081f7522-xmpl-48e2-8f67-96686904bb4f", 4.20, 100, 512, 95)),
		one(none("d661f7cf-9208-46b9-85b0-213b04a91065", 1.317, 2, 1024, 68).init(10).status("success", "").at("2024-02-09T08:42:44.080Z")),
		one(none("d661f7cf-9208-46b9-85b0-213b04a91065", 147.156, 201, 512, 91).restore(500.795, 53).status("success", "").at("2024-02-09T08:42:44.080Z")),
		nil, // a function's own JSON log line
		one(none("459921b5-681c-4a96-beb0-81e0aa586026", 2599.4, 2600, 128, 94).init(549.04).status("success", "").at("2022-10-21T14:05:05.766Z")),
		one(none("13d1305b-a2f5-440c-bfbe-686ccff3d3e0", 1.148, -1, -1, -1).status("success", "").at("2025-09-19T19:36:50.881Z")),
		nil, // initReport and restoreReport
		one(none("aec7a529-47f9-4090-be01-c9ed91bf83cf", 5000, 5000, 128, 94).status("timeout", "").at("2026-07-09T06:05:50.581Z")),
		nil, // initReport, timed out
		one(none("c2", 800.1, 801, 128, 128).status("error", "Runtime.OutOfMemory").at("2022-10-12T00:05:50.000Z")),
	}
	blocks := samples(t)
	if len(blocks) != len(want) {
		t.Fatalf("%d samples, %d expectations", len(blocks), len(want))
	}
	for i, block := range blocks {
		var found *Report
		for _, line := range block {
			var r Report
			kind, err := Parse([]byte(line), &r)
			if kind == Other {
				continue
			}
			if found != nil {
				t.Errorf("sample %d: two reports in %q", i+1, block)
			}
			if cut := strings.HasPrefix(line, "..."); cut != errors.Is(err, ErrCut) {
				t.Errorf("sample %d: %q: error %v", i+1, line, err)
			}
			found = &r
		}
		if got, want := show(found), show(want[i]); got != want {
			t.Errorf("sample %d: %q\n got %s\nwant %s", i+1, block, got, want)
		}
	}
}

func show(r *Report) string {
	if r == nil {
		return "none"
	}
	return fmt.Sprintf("id=%s at=%s d=%v b=%d i=%v r=%v br=%v m=%d u=%d s=%q e=%q", r.RequestID, r.At.UTC().Format(time.RFC3339Nano),
		r.DurationMs, r.BilledMs, r.InitMs, r.RestoreMs, r.BilledRestoreMs, r.Memory, r.MaxMemoryUsed, r.Status, r.ErrorType)
}

// TestHeads puts a sample behind everything that exports and tails write in
// front of it.
func TestHeads(t *testing.T) {
	const text = "REPORT RequestId: 8c36\tDuration: 2.50 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\t"
	const platform = `{"type":"platform.report","record":{"requestId":"8c36","metrics":{"durationMs":2.5,"billedDurationMs":3,"memorySizeMB":128,"maxMemoryUsedMB":36}}}`
	for head, at := range map[string]string{
		"":                          "",
		"  ":                        "",
		"2024-02-09T08:42:44.080Z ": "2024-02-09T08:42:44.080Z",
		"2024-02-09T08:42:44Z\t":    "2024-02-09T08:42:44Z",
		"2024-02-09T08:42:44 ":      "2024-02-09T08:42:44Z", // aws logs tail --format short
		"2024-02-09 08:42:44.080 ":  "2024-02-09T08:42:44.080Z",
		"2024-02-09T08:42:44.080000+00:00 2024/02/09/[$LATEST]0123456789abcdef0123456789abcdef ": "2024-02-09T08:42:44.080Z", // aws logs tail
		"2024-02-09T10:42:44.080+0200 ":                                    "2024-02-09T08:42:44.080Z",
		"2024-02-08T23:42:44.080-09:00 ":                                   "2024-02-09T08:42:44.080Z",
		"2024/02/09/[$LATEST]0123456789abcdef 2024-02-09T08:42:44.080000 ": "2024-02-09T08:42:44.080Z", // sam logs
		"/aws/lambda/orders 2024/02/09/[7]0123456789abcdef ":               "",                         // awslogs
		"1707468164080 ": "2024-02-09T08:42:44.080Z",
	} {
		for _, message := range []string{text, platform} {
			var r Report
			kind, err := Parse([]byte(head+message), &r)
			if kind != Found || err != nil {
				t.Errorf("%q: kind %v, error %v", head+message, kind, err)
				continue
			}
			got := ""
			if !r.At.IsZero() {
				got = r.At.Format("2006-01-02T15:04:05.999Z07:00")
			}
			want := strings.Replace(at, "080Z", "08Z", 1)
			if got != want || r.DurationMs != 2.5 || r.BilledMs != 3 || string(r.RequestID) != "8c36" {
				t.Errorf("%q: at %s, want %s; %s", head+message, got, want, show(&r))
			}
		}
	}
}

func TestMalformed(t *testing.T) {
	for line, want := range map[string]string{
		"REPORT RequestId: a\tDuration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB":                      "Max Memory Used: missing",
		"REPORT RequestId: a\tDuration: 1.00 ms\tBilled Durat":                                                    "after Duration: not a name, a colon and a value",
		"REPORT RequestId: a\tDuration: ? ms":                                                                     "Duration: not a number",
		"REPORT RequestId: a\tDuration: -1 ms":                                                                    "Duration: not a number",
		"REPORT RequestId: a\tDuration: 1e3 ms":                                                                   "Duration: not followed by its unit",
		"REPORT RequestId: a\tDuration: NaN ms":                                                                   "Duration: not a number",
		"REPORT RequestId: a\tDuration: 1.00":                                                                     "Duration: not followed by its unit",
		"REPORT RequestId: a\tDuration: 1.00 s":                                                                   "Duration: not followed by its unit",
		"REPORT RequestId: a\tDuration: 1.00 ms\tDuration: 1.00 ms":                                               "Duration: given twice",
		"REPORT RequestId: a\tDuration: 1. ms":                                                                    "Duration: not a number",
		"REPORT RequestId: a\tDuration: 99999999999999999999 ms":                                                  "Duration: not a number",
		"REPORT RequestId: a\tDuration: 1.00 ms\tBilled Duration: 1.5 ms":                                         "Billed Duration: not a number",
		"REPORT RequestId:\t":                                                                                     "RequestId: missing",
		"REPORT ":                                                                                                 "RequestId: missing",
		"handler said REPORT RequestId: a\tDuration: 1.00 ms":                                                     "text before REPORT that is neither a time nor a log stream",
		`{"type":"platform.report","record":{"requestId":"a","metrics":{}}}`:                                      "durationMs: missing",
		`{"type":"platform.report","record":{"metrics":{"durationMs":1}}}`:                                        "requestId: missing",
		`{"type":"platform.report","record":{"requestId":"a","metrics":{"durationMs":"1"}}}`:                      "durationMs: not a number",
		`{"type":"platform.report","record":{"requestId":"a","metrics":{"durationMs":-1}}}`:                       "durationMs: not a number",
		`{"type":"platform.report","record":{"requestId":"a","metrics":{"durationMs":1,"billedDurationMs":1.5}}}`: "billedDurationMs: not a number",
		`{"type":"platform.report","record":{"requestId":"a","metrics":{"durationMs":1`:                           "not a whole JSON object",
		`{"type":"platform.report","record":"a"}`:                                                                 "record: missing",
		"MB\tMax Memory Used: 36 MB\t":                                                                            "the head of the line is cut",
		"on: 3.01 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\tStatus: timeout":        "the head of the line is cut",
		"2024-02-09T08:42:44.080Z ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\t":                              "the head of the line is cut",
		"REPORT RequestId: a\tDuration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB\tMax Memory Used: 3 MB\tStatus: \tStatus: x\t": "Status: given twice",
	} {
		var r Report
		kind, err := Parse([]byte(line), &r)
		if kind != Found || err == nil || err.Error() != want {
			t.Errorf("%q: kind %v, error %v, want %s", line, kind, err, want)
		}
	}
}

func TestOther(t *testing.T) {
	for _, line := range []string{
		"", "\r", "REPORT", "START RequestId: a Version: $LATEST", "END RequestId: a", "XRAY TraceId: 1-6a SegmentId: 4c Sampled: true",
		"I REPORT progress", "Max Memory Used: lots", "our Max Memory Used: 12 MB is fine",
		`{"message":"platform.report"}`, `{"type":"platform.start","record":{"requestId":"a"}}`, `{`, `{"type":"platform.reportish"}`,
		"2024-02-09T08:42:44.080Z INIT_START Runtime Version: python:3.12",
	} {
		var r Report
		if kind, err := Parse([]byte(line), &r); kind != Other || err != nil {
			t.Errorf("%q: kind %v, error %v, want another line", line, kind, err)
		}
	}
}

// TestUnknownFields passes over fields that AWS may add, wherever they stand.
func TestUnknownFields(t *testing.T) {
	for _, sep := range []string{"\t", " ", "   "} {
		line := strings.Join([]string{"REPORT RequestId: a", "Colour: light blue", "Duration: 1.00 ms", "Billed Duration: 1 ms", "New Size: 5 MB", "Memory Size: 128 MB", "Max Memory Used: 3 MB", "More: 7"}, sep)
		var r Report
		if kind, err := Parse([]byte(line), &r); kind != Found || err != nil {
			t.Errorf("%q: kind %v, error %v", line, kind, err)
			continue
		}
		if got, want := show(&r), show(new(none("a", 1, 1, 128, 3))); got != want {
			t.Errorf("%q: got %s, want %s", line, got, want)
		}
	}
}

// appendText writes r as Lambda writes it, for tests that read it back.
func appendText(b []byte, r *Report, sep string) []byte {
	if !r.At.IsZero() {
		b = append(r.At.AppendFormat(b, "2006-01-02T15:04:05.000Z"), ' ')
	}
	b = fmt.Appendf(b, "REPORT RequestId: %s%sDuration: %.2f ms%sBilled Duration: %d ms%sMemory Size: %d MB%sMax Memory Used: %d MB%s",
		r.RequestID, sep, r.DurationMs, sep, r.BilledMs, sep, r.Memory, sep, r.MaxMemoryUsed, sep)
	if r.InitMs >= 0 {
		b = fmt.Appendf(b, "Init Duration: %.2f ms%s", r.InitMs, sep)
	}
	if r.RestoreMs >= 0 {
		b = fmt.Appendf(b, "Restore Duration: %.2f ms%s", r.RestoreMs, sep)
	}
	if r.BilledRestoreMs >= 0 {
		b = fmt.Appendf(b, "Billed Restore Duration: %.0f ms%s", r.BilledRestoreMs, sep)
	}
	if r.Status != "" {
		b = fmt.Appendf(b, "Status: %s%s", r.Status, sep)
	}
	if r.ErrorType != "" {
		b = fmt.Appendf(b, "Error Type: %s%s", r.ErrorType, sep)
	}
	return b
}

// arbitrary draws a report with the fields and digits that AWS prints.
func arbitrary(rnd *rand.Rand) Report {
	hundredths := func(n int64) float64 { return float64(rnd.Int64N(n)) / 100 }
	r := none(fmt.Sprintf("%08x-%04x-4%03x-9%03x-%012x", rnd.Uint32(), rnd.IntN(1<<16), rnd.IntN(1<<12), rnd.IntN(1<<12), rnd.Int64N(1<<48)),
		hundredths(90_000_000), 0, unit.MiB(128+rnd.IntN(10113)), unit.MiB(rnd.IntN(10241)))
	r.BilledMs = int64(math.Ceil(r.DurationMs))
	if rnd.IntN(3) == 0 {
		r.At = time.UnixMilli(rnd.Int64N(4e12)).UTC()
	}
	switch rnd.IntN(3) {
	case 0:
		r.InitMs = hundredths(1_000_000)
	case 1:
		r.RestoreMs, r.BilledRestoreMs = hundredths(1_000_000), float64(rnd.IntN(10_000))
	}
	if rnd.IntN(3) == 0 {
		r.Status = "error"
		r.ErrorType = []string{"", "Runtime.OutOfMemory", "Function.Odd-1"}[rnd.IntN(3)]
	}
	return r
}

func TestRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		want := arbitrary(rnd)
		for _, sep := range []string{"\t", " ", "    "} {
			line := appendText(nil, &want, sep)
			var got Report
			if kind, err := Parse(line, &got); kind != Found || err != nil || show(&got) != show(&want) {
				t.Fatalf("%q: kind %v, error %v\n got %s\nwant %s", line, kind, err, show(&got), show(&want))
			}
		}
	}
}

// TestDecimal holds the hand-written number reader against strconv.
func TestDecimal(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 100_000 {
		s := strconv.FormatFloat(float64(rnd.Int64N(1_000_000_000_000))/1000, 'f', rnd.IntN(4), 64)
		want, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got, end, ok := decimalAt([]byte(s), 0); !ok || end != len(s) || got != want {
			t.Fatalf("%s read as %v (%v), want %v", s, got, ok, want)
		}
	}
}

func TestTimes(t *testing.T) {
	for s, want := range map[string]string{
		"2024-02-29T08:42:44.123456789Z": "2024-02-29T08:42:44.123456789Z",
		"2024-02-09T08:42:44,5+01:30":    "2024-02-09T07:12:44.5Z",
		"2023-02-29T08:42:44Z":           "",
		"2024-13-09T08:42:44Z":           "",
		"2024-02-09T24:42:44Z":           "",
		"2024-02-09T08:42:44Q":           "",
		"2024-02-09":                     "",
	} {
		got := ""
		if at, end, ok := timeAt([]byte(s), 0); ok && end == len(s) {
			got = at.Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("%s read as %q, want %q", s, got, want)
		}
	}
}

func TestParseAllocatesNothing(t *testing.T) {
	lines := [][]byte{
		[]byte(samples(t)[0][0]), []byte(samples(t)[13][0]), []byte("2024-02-09T08:42:44.080Z " + samples(t)[5][0]),
		[]byte(samples(t)[20][1]), []byte("START RequestId: a Version: $LATEST"),
	}
	var r Report
	got := testing.AllocsPerRun(1000, func() {
		for _, l := range lines {
			if _, err := Parse(l, &r); err != nil {
				t.Fatal(err)
			}
		}
	})
	if got != 0 {
		t.Errorf("%v allocations in %d lines, want none", got, len(lines))
	}
}

// checkUsual reads fields also with a space before them, which the short way
// to read them does not expect: the outcome is the same.
func checkUsual(t *testing.T, fields []byte) {
	t.Helper()
	var short, long Report
	short.reset()
	long.reset()
	err1, err2 := short.text(fields), long.text(append([]byte{' '}, fields...))
	if show(&short) != show(&long) || fmt.Sprint(err1) != fmt.Sprint(err2) {
		t.Fatalf("%q read as %s, %v; with a space before it %s, %v", fields, show(&short), err1, show(&long), err2)
	}
}

func FuzzParse(f *testing.F) {
	for _, block := range samples(f) {
		for _, line := range block {
			f.Add([]byte(line))
			f.Add([]byte("2024-02-09T08:42:44.080Z " + line))
		}
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if fields, ok := bytes.CutPrefix(line, reportHead); ok {
			checkUsual(t, fields)
		}
		var r Report
		kind, err := Parse(line, &r)
		if kind != Found || err != nil || r.BilledMs < 0 {
			return
		}
		if r.DurationMs < 0 || math.IsNaN(r.DurationMs) || math.IsInf(r.DurationMs, 0) || len(r.RequestID) == 0 {
			t.Fatalf("%q read as %s", line, show(&r))
		}
		if bytes.ContainsAny(r.RequestID, " \t\r\n") || strings.ContainsAny(r.Status+r.ErrorType, " \t\r\n") {
			return // JSON strings may hold what the text form cannot
		}
		// What was read, written as text and read again, is the same to the
		// two digits the text form has.
		again := appendText(nil, &r, "\t")
		var second Report
		if kind, err := Parse(again, &second); kind != Found || err != nil && r.Memory >= 0 && r.MaxMemoryUsed >= 0 {
			t.Fatalf("%q written as %q: kind %v, error %v", line, again, kind, err)
		} else if err == nil && math.Abs(second.DurationMs-r.DurationMs) > 0.0051 {
			t.Fatalf("%q written as %q: %v, want %v", line, again, second.DurationMs, r.DurationMs)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	rnd := rand.New(rand.NewPCG(5, 6))
	var lines [][]byte
	size := 0
	for range 1000 {
		r := arbitrary(rnd)
		line := appendText(nil, &r, "\t")
		lines = append(lines, line)
		size += len(line)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		var r Report
		for _, l := range lines {
			if _, err := Parse(l, &r); err != nil {
				b.Fatal(err)
			}
		}
	}
}
