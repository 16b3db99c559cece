package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const tunedARN = "arn:aws:lambda:eu-west-1:123456789012:function:orders"

func TestExportPowerTuning(t *testing.T) {
	payload := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(payload, []byte(`{"id": 7}`), 0o644); err != nil {
		t.Fatal(err)
	}
	out, errOut, code := command(t, "", "export", "power-tuning", tunedARN, "--max-memory-used", "180", "--num", "20", "--payload", payload)
	want := `{
  "lambdaARN": "` + tunedARN + `",
  "powerValues": [
    256,
    512,
    1024,
    1769,
    3008
  ],
  "num": 20,
  "payload": {
    "id": 7
  },
  "strategy": "balanced",
  "includeOutputResults": true
}
`
	if out != want || errOut != "" || code != exitDone {
		t.Errorf("exit %d, %s%s", code, errOut, out)
	}
}

func TestExportWrongUsage(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(broken, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"", "what to export"},
		{"gold", `export "gold"`},
		{"power-tuning", "want one function's ARN"},
		{"power-tuning orders", "whole ARN"},
		{"power-tuning " + tunedARN + " --sizes 64", "size 64 MB"},
		{"power-tuning " + tunedARN + " --sizes 128 --max-memory-used 500", "0 sizes"},
		{"power-tuning " + tunedARN + " --max-memory-used -1", "--max-memory-used -1"},
		{"power-tuning " + tunedARN + " --num 3", "3 invocations"},
		{"power-tuning " + tunedARN + " --payload /no/such/file", "no such file"},
		{"power-tuning " + tunedARN + " --payload " + broken, "payload: not JSON"},
	} {
		out, errOut, code := command(t, "", append([]string{"export"}, strings.Fields(c.args)...)...)
		if code != exitUsage || out != "" || !strings.Contains(errOut, c.want) {
			t.Errorf("%s: exit %d, %q, %q", c.args, code, out, errOut)
		}
	}
}
