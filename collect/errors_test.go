package collect

import (
	"strings"
	"testing"
	"unicode"
)

// TestLikeness: messages as Lambda's runtimes write them (Lambda developer
// guide, "Log and monitor" of Node.js, Python, Go; "Troubleshoot invocation
// issues"), and such as hostile ones.
func TestLikeness(t *testing.T) {
	const id = "c34bbd28-de40-4753-89c5-bf1021087bb4"
	for _, tt := range []struct{ in, want string }{
		{"2026-11-21T10:19:28.333Z " + id + " Task timed out after 3.00 seconds\n\n", "Task timed out after # seconds"},
		{"2026-11-21T10:19:28.333Z\t" + id + "\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\",\"errorMessage\":\"x is undefined\",\"stack\":[\"a\"]}\n", "TypeError: x is undefined"},
		{"RequestId: " + id + " Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n", "RequestId: # Error: Runtime exited with error: signal: killed"},
		{"[ERROR] KeyError: 'order'\nTraceback (most recent call last):\n  File \"/var/task/app.py\", line 7", "[ERROR] KeyError: 'order'"},
		{`{"timestamp":"2026-11-21T10:19:28.333Z","level":"ERROR","requestId":"` + id + `","message":{"errorType":"E","errorMessage":"order 17 of 0xdeadbeef"}}`, "E: order # of #"},
		{`{"timestamp":"2026-11-21T10:19:28Z","level":"ERROR","message":"cannot reach 10.0.0.7: \"refused\""}`, `cannot reach #.#: "refused"`},
		{`{"time":"2026-11-21T10:19:28.333Z","type":"platform.report","record":{"requestId":"` + id + `","status":"timeout"}}`, "invocation ended with status timeout"},
		{`{"type":"platform.report","record":{"status":"error","errorType":"Runtime.OutOfMemory"}}`, "invocation ended with status error: Runtime.OutOfMemory"},
		{"error \x1b[31mred\x1b[0m \u009bx", "error  [#mred [#m  x"},
		{"error {not json", "error {not json"},
		{"", ""},
	} {
		if got := likeness(tt.in); got != tt.want {
			t.Errorf("%q is %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestTraceOf(t *testing.T) {
	const id = "1-5759e988-bd862e3fe1be46a994272793"
	for in, want := range map[string]string{
		id: id, "Root=" + id + ";Parent=53995c3f42cd8ad8;Sampled=1": id, "": "", "Parent=1;Root=\x1b[2J": "[2J",
	} {
		if got := traceOf(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// FuzzLikeness: whatever is logged, what is shown is one line without control
// characters, and short.
func FuzzLikeness(f *testing.F) {
	f.Add("2026-11-21T10:19:28.333Z\tc34bbd28-de40-4753-89c5-bf1021087bb4\tERROR\t{\"errorMessage\":\"a\\nb\"}")
	f.Add(`{"message":{"message":{"message":"x\u001b"}}}`)
	f.Add("\x1b]0;title\x07 exception")
	f.Fuzz(func(t *testing.T, s string) {
		got := likeness(s)
		if strings.ContainsFunc(got, unicode.IsControl) || len([]rune(got)) > 303 {
			t.Errorf("%q is shown as %q", s, got)
		}
	})
}
