package reportlog

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
)

const (
	textA = "REPORT RequestId: a\tDuration: 2.50 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: 100.25 ms\t\n"
	textB = "REPORT RequestId: b\tDuration: 7.00 ms\tBilled Duration: 7 ms\tMemory Size: 128 MB\tMax Memory Used: 37 MB\t\nXRAY TraceId: 1-6a\tSegmentId: 9\tSampled: true\t\n"
	jsonA = `{"time":"2024-02-09T08:42:44.080Z","type":"platform.report","record":{"requestId":"a","metrics":{"durationMs":2.5,"billedDurationMs":3,"memorySizeMB":128,"maxMemoryUsedMB":36,"initDurationMs":100.25}}}`
	wantA = "a 2.5/3 128/36 init 100.25"
	wantB = "b 7/7 128/37 init -1"
)

// read returns each event as text and each malformed line as "line: reason".
func read(t testing.TB, in io.Reader) (events, bad []string, stats Stats, err error) {
	t.Helper()
	stats, err = Read(in, Handler{
		Event: func(e *Event) error {
			s := fmt.Sprintf("%s %v/%d %d/%d init %v", e.RequestID, e.DurationMs, e.BilledMs, e.Memory, e.MaxMemoryUsed, e.InitMs)
			if !e.At.IsZero() {
				s += e.At.Format(" at 2006-01-02T15:04:05.000Z07:00")
			}
			for _, p := range [][2]string{{" in ", string(e.Group)}, {" of ", string(e.Account)}, {" on ", string(e.Stream)}} {
				if p[1] != "" {
					s += p[0] + p[1]
				}
			}
			events = append(events, fmt.Sprintf("%d: %s", e.Line, s))
			return nil
		},
		Malformed: func(m Malformed) { bad = append(bad, fmt.Sprintf("%d: %v", m.Line, m.Reason)) },
	})
	return events, bad, stats, err
}

func quote(s string) string {
	return strings.NewReplacer("\t", `\t`, "\n", `\n`, `"`, `\"`).Replace(s)
}

func csvQuote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// TestWrappings reads the same reports out of every form they are stored in.
func TestWrappings(t *testing.T) {
	const at = " at 2024-02-09T08:42:44.080Z"
	event := func(message string) string {
		return `{"logStreamName":"2024/02/09/[$LATEST]7f","timestamp":1707468164080,"message":"` + quote(message) + `","ingestionTime":1707468164999,"eventId":"1"}`
	}
	start := event("START RequestId: a Version: $LATEST\n")
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"bare lines":      {"START RequestId: a Version: $LATEST\n" + textA + "END RequestId: a\n\n" + textB, []string{"2: " + wantA, "5: " + wantB}},
		"CRLF, no end":    {strings.ReplaceAll(textA, "\n", "\r\n") + strings.TrimSpace(textB), []string{"1: " + wantA, "2: " + wantB}},
		"byte order":      {"\ufeff" + textA, []string{"1: " + wantA}},
		"S3 export":       {"2024-02-09T08:42:44.080Z " + textA + "2024-02-09T08:42:44.080Z " + textB, []string{"1: " + wantA + at, "2: " + wantB + at}},
		"S3 export JSON":  {"2024-02-09T08:42:44.080Z " + jsonA + "\n", []string{"1: " + wantA + at}},
		"tail":            {"2024-02-09T08:42:44.080000+00:00 2024/02/09/[$LATEST]7f " + textA, []string{"1: " + wantA + at + " on 2024/02/09/[$LATEST]7f"}},
		"tail of a group": {"/aws/lambda/orders 2024/02/09/[$LATEST]7f " + textA, []string{"1: " + wantA + " in /aws/lambda/orders on 2024/02/09/[$LATEST]7f"}},
		"events, a line each": {
			start + "\n" + event(textA) + "\n" + event(textB) + "\n",
			[]string{"2: " + wantA + at + " on 2024/02/09/[$LATEST]7f", "3: " + wantB + at + " on 2024/02/09/[$LATEST]7f"},
		},
		"filter-log-events": {
			"{\n  \"events\": [\n    " + start + ",\n    " + event(textA) + ",\n    " + event(textB) + "\n  ],\n  \"searchedLogStreams\": []\n}\n",
			[]string{"4: " + wantA + at + " on 2024/02/09/[$LATEST]7f", "5: " + wantB + at + " on 2024/02/09/[$LATEST]7f"},
		},
		"filter-log-events on one line": {`{"events":[` + start + "," + event(textA) + `]}`, []string{"1: " + wantA + at + " on 2024/02/09/[$LATEST]7f"}},
		"a list of events":              {"[\n" + event(textA) + ",\n" + event(jsonA) + "]", []string{"2: " + wantA + at + " on 2024/02/09/[$LATEST]7f", "3: " + wantA + at + " on 2024/02/09/[$LATEST]7f"}},
		"get-query-results, message": {
			"{\"results\": [\n[{\"field\":\"@timestamp\",\"value\":\"2024-02-09 08:42:44.080\"},\n{\"field\":\"@message\",\"value\":\"" + quote(textA) +
				"\"},{\"field\":\"@ptr\",\"value\":\"x\"}]],\n\"statistics\":{\"recordsMatched\":1},\"status\":\"Complete\"}",
			[]string{"3: " + wantA + at},
		},
		"get-query-results, discovered fields": {
			`{"results":[[{"field":"@timestamp","value":"2024-02-09 08:42:44.080"},{"field":"@type","value":"REPORT"},{"field":"@requestId","value":"a"},{"field":"@duration","value":"2.5"},` +
				`{"field":"@billedDuration","value":"3.0"},{"field":"@memorySize","value":"1.28E8"},{"field":"@maxMemoryUsed","value":"3.6E7"},{"field":"@initDuration","value":"100.25"},` +
				`{"field":"@log","value":"123456789012:/aws/lambda/orders"}]]}`,
			[]string{"1: " + wantA + at + " in /aws/lambda/orders of 123456789012"},
		},
		"console CSV": {
			"@timestamp,@message,@logStream\n2024-02-09 08:42:44.080," + csvQuote(textA) + ",s\n2024-02-09 08:42:44.080," + csvQuote(textB) + ",s\n",
			[]string{"2: " + wantA + at + " on s", "4: " + wantB + at + " on s"},
		},
		"console CSV, discovered fields": {
			"@timestamp,@requestId,@duration,@billedDuration,@memorySize,@maxMemoryUsed,@initDuration\n2024-02-09 08:42:44.080,a,2.5,3.0,1.28E8,3.6E7,100.25\n2024-02-09 08:42:44.080,,,,,,\n",
			[]string{"2: " + wantA + at},
		},
		"log viewer CSV":  {"timestamp,message\n1707468164080," + csvQuote(textA) + "\n", []string{"2: " + wantA + at}},
		"telemetry lines": {jsonA + "\n" + `{"time":"2024-02-09T08:42:44.080Z","type":"function","record":"hello"}` + "\n" + jsonA + "\n", []string{"1: " + wantA + at, "3: " + wantA + at}},
		"telemetry array": {"[" + jsonA + "," + jsonA + "]\n[" + jsonA + "]\n", []string{"1: " + wantA + at, "1: " + wantA + at, "2: " + wantA + at}},
		"subscription": {
			`{"messageType":"CONTROL_MESSAGE","logEvents":[]}{"messageType":"DATA_MESSAGE","owner":"123456789012","logGroup":"\/aws\/lambda\/orders","logStream":"s","subscriptionFilters":["f"],"logEvents":[` +
				`{"id":"1","timestamp":1707468164080,"message":"` + quote(textA) + `"},{"id":"2","timestamp":1707468164080,"message":"` + quote(jsonA) + `"}]}`,
			[]string{"1: " + wantA + at + " in /aws/lambda/orders of 123456789012 on s", "1: " + wantA + at + " in /aws/lambda/orders of 123456789012 on s"},
		},
		"app logs that look alike": {
			`{"timestamp":"2024-02-09T08:42:44.078Z","level":"INFO","message":"REPORT RequestId: a"}` + "\n" + "[INFO] REPORT of the day\n{not json\n" + textA,
			[]string{"4: " + wantA},
		},
		"empty": {"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, zipped := range []bool{false, true} {
				in := []byte(c.in)
				if zipped {
					in = gzipped(in[:len(in)/2], in[len(in)/2:]) // two members, as Firehose writes
				}
				got, bad, stats, err := read(t, bytes.NewReader(in))
				if err != nil || len(bad) > 0 {
					t.Fatalf("gzip %v: %v, malformed %q", zipped, err, bad)
				}
				if g, w := strings.Join(got, "\n"), strings.Join(c.want, "\n"); g != w {
					t.Errorf("gzip %v: %q\n got %s\nwant %s", zipped, c.in, g, w)
				}
				if stats.Reports != int64(len(c.want)) || stats.Bytes != int64(len(c.in)) {
					t.Errorf("gzip %v: %+v for %d reports in %d bytes", zipped, stats, len(c.want), len(c.in))
				}
			}
		})
	}
}

func gzipped(members ...[]byte) []byte {
	var b bytes.Buffer
	for _, m := range members {
		z := gzip.NewWriter(&b)
		_, _ = z.Write(m)
		_ = z.Close()
	}
	return b.Bytes()
}

func TestReadCountsMalformed(t *testing.T) {
	const damaged = "REPORT RequestId: a\tDuration: ? ms\n"
	got, bad, stats, err := read(t, strings.NewReader(textA+damaged+"{\"type\":\"platform.report\",\"record\":{\n"+textB+"MB\tMax Memory Used: 3 MB\t\n"))
	if err != nil || len(got) != 2 || stats.Malformed != 3 {
		t.Errorf("%q, %+v, %v", got, stats, err)
	}
	if g, w := strings.Join(bad, "; "), "2: Duration: not a number; 3: not a whole JSON object; 6: the head of the line is cut"; g != w {
		t.Errorf("malformed %s, want %s", g, w)
	}
}

func TestReadRefuses(t *testing.T) {
	utf16LE := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(textA)) {
		utf16LE = append(utf16LE, byte(u), byte(u>>8))
	}
	whole := gzipped([]byte(strings.Repeat(textA, 1000)))
	for name, c := range map[string]struct {
		in   []byte
		want string
	}{
		"UTF-16":          {utf16LE, "not a log file: UTF-16; convert it with iconv -f UTF-16 -t UTF-8"},
		"UTF-16, no mark": {utf16LE[2:], "not a log file: it has zero bytes (binary, or UTF-16 without its mark)"},
		"zip":             {[]byte("PK\x03\x04rest"), "not a log file: a zip archive; unpack it first"},
		"cut gzip":        {whole[:len(whole)-20], "unexpected EOF"},
		"cut JSON":        {[]byte("{\n\"events\": [\n{\"message\":\"x\"},\n"), "line 3: the JSON breaks off"},
		"CSV of metrics":  {[]byte("@timestamp,bin\n1,2\n"), "line 1: the CSV has neither a column @message nor @duration"},
	} {
		_, _, _, err := read(t, bytes.NewReader(c.in))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: error %v, want %s", name, err, c.want)
		}
	}
}

func TestReadStopsAtHandlersError(t *testing.T) {
	stop := errors.New("stop")
	for _, in := range []string{textA + textA, "[\n" + jsonA + ",\n" + jsonA + "]", `{"events":[` + jsonA + "," + jsonA + "]}"} {
		calls := 0
		_, err := Read(strings.NewReader(in), Handler{Event: func(*Event) error { calls++; return stop }})
		if !errors.Is(err, stop) || calls != 1 {
			t.Errorf("%q: error %v after %d events", in, err, calls)
		}
	}
}

// TestLongLines reads a line larger than the buffer and passes over one
// larger than the limit.
func TestLongLines(t *testing.T) {
	pad := strings.Repeat("x", 3<<20)
	wide := `{"message":"` + quote(textA) + `","pad":"` + pad + `"}` + "\n"
	endless := strings.NewReader(strings.Repeat("y", maxLine+10) + "\nREPORT RequestId: " + strings.Repeat("z", maxLine+10) + "\n" + textB)
	got, bad, stats, err := read(t, io.MultiReader(strings.NewReader(textA+wide), endless))
	if err != nil || stats.TooLong != 2 {
		t.Errorf("%+v, %v", stats, err)
	}
	if g, w := strings.Join(got, "; "), "1: "+wantA+"; 2: "+wantA+"; 5: "+wantB; g != w {
		t.Errorf("got %s, want %s", g, w)
	}
	if g, w := strings.Join(bad, "; "), "4: longer than 16 MiB"; g != w {
		t.Errorf("malformed %s, want %s", g, w)
	}
}

func TestDeepNesting(t *testing.T) {
	for _, in := range []string{strings.Repeat("[", 1<<20), strings.Repeat(`{"events":[`, 1<<16) + jsonA, strings.Repeat("[", 100) + jsonA + strings.Repeat("]", 100)} {
		if got, _, _, _ := read(t, strings.NewReader(in)); len(got) != 0 {
			t.Errorf("%.40q: %q", in, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, block := range samples(f) {
		f.Add([]byte(strings.Join(block, "\n")))
	}
	f.Add([]byte(`{"events":[{"timestamp":1707468164080,"message":"` + quote(textA) + `"}]}`))
	f.Add([]byte("@timestamp,@message\n1," + csvQuote(textA)))
	f.Add([]byte("{\n\"results\":[[{\"field\":\"@message\",\"value\":\"" + quote(textB) + "\"}]]}"))
	f.Fuzz(func(t *testing.T, in []byte) {
		events, bad, stats, _ := read(t, bytes.NewReader(in))
		if int64(len(events)) != stats.Reports || int64(len(bad)) != stats.Malformed {
			t.Fatalf("%q: %d events, %d malformed, %+v", in, len(events), len(bad), stats)
		}
		if again, _, _, _ := read(t, bytes.NewReader(gzipped(in))); stats.Reports > 0 && strings.Join(again, "\n") != strings.Join(events, "\n") {
			t.Fatalf("%q: compressed %q, plain %q", in, again, events)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	rnd := rand.New(rand.NewPCG(7, 8))
	var lines, events []byte
	for range 10_000 {
		r := arbitrary(rnd)
		line := appendText(nil, &r, "\t")
		lines = append(append(lines, line...), '\n')
		events = fmt.Appendf(events, `{"logStreamName":"s","timestamp":1707468164080,"message":"%s","eventId":"1"}`+"\n", quote(string(line)))
	}
	for name, in := range map[string][]byte{"text": lines, "events": events} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				stats, err := Read(bytes.NewReader(in), Handler{Event: func(*Event) error { return nil }})
				if err != nil || stats.Reports != 10_000 {
					b.Fatal(stats, err)
				}
			}
		})
	}
}
