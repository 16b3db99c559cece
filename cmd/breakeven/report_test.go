package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model/modeltest"
)

func TestWriteReport(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	a := &app{out: &out}
	path := filepath.Join(dir, "november.html")
	for range 2 { // the second replaces the first
		out.Reset()
		if err := a.writeReport(modeltest.Analysis(), []string{"html", "md", "json", "csv"}, path); err != nil {
			t.Fatal(err)
		}
	}
	for ending, start := range map[string]string{"html": "<!doctype html>", "md": "# Serverless", "json": "{", "csv": "service,"} {
		name := filepath.Join(dir, "november."+ending)
		data, err := os.ReadFile(name)
		if err != nil || !strings.HasPrefix(string(data), start) || !strings.Contains(out.String(), name+"\n") {
			t.Errorf("%s starts with %.20q (%v); printed %s", name, data, err, out.String())
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 4 {
		t.Errorf("%d files are left (%v)", len(left), err)
	}
	if err := a.writeReport(modeltest.Analysis(), []string{"html"}, filepath.Join(dir, "no", "such", "folder.html")); err == nil {
		t.Error("a report into a folder that is not there")
	}
}

func TestReportRefusals(t *testing.T) {
	for _, f := range []reportFlags{{formats: []string{"pdf"}}, {formats: []string{"md", "csv"}, out: "-"}} {
		if f.check() == nil {
			t.Errorf("%+v is accepted", f)
		}
	}
}
