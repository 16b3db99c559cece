package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/report"
)

// reportFlags are the flags of report.
type reportFlags struct {
	window  windowFlags
	formats []string
	out     string
}

// reportFormat is a value of --format and how it is written.
type reportFormat struct {
	name  string
	write func(io.Writer, model.Analysis, report.HTMLOptions) error
}

var reportFormats = []reportFormat{
	{"html", report.HTML},
	{"md", func(w io.Writer, an model.Analysis, _ report.HTMLOptions) error { return report.Markdown(w, an) }},
	{"json", func(w io.Writer, an model.Analysis, _ report.HTMLOptions) error { return report.JSON(w, an) }},
	{"csv", func(w io.Writer, an model.Analysis, _ report.HTMLOptions) error { return report.CSV(w, an) }},
}

func newReport(a *app) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Write the report: one HTML file that needs nothing else",
		Long: `Write a report on what was collected and print its path. The HTML file holds
its data, charts and script, and loads nothing. Several formats make several
files, named by their ending.`,
		Example: `  breakeven report
  breakeven report --since mtd --out november.html
  breakeven report --format md --out - | mail -s "Lambda" boss@example.com`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			an, err := a.loadWhole(cmd.Context(), f.window)
			if err != nil {
				return err
			}
			if err := a.writeReport(an, f.formats, f.out); err != nil {
				return err
			}
			return a.complete(an)
		},
	}
	f.window.register(cmd.Flags())
	cmd.Flags().StringSliceVar(&f.formats, "format", []string{"html"}, "`formats`: html, md, json, csv")
	cmd.Flags().StringVar(&f.out, "out", "", "`path` of the file, - for standard output (default report.html, or the format's ending)")
	return cmd
}

func (f *reportFlags) check() error {
	for _, name := range f.formats {
		if reportWriter(name) == nil {
			return usageErrorf("--format %q: want html, md, json or csv", name)
		}
	}
	if len(f.formats) != 1 && f.out == "-" {
		return usageErrorf("--out - takes one format, not %d", len(f.formats))
	}
	return nil
}

func reportWriter(name string) func(io.Writer, model.Analysis, report.HTMLOptions) error {
	i := slices.IndexFunc(reportFormats, func(f reportFormat) bool { return f.name == name })
	if i < 0 {
		return nil
	}
	return reportFormats[i].write
}

// writeReport writes an analysis in each format, whole or not at all, and
// prints the paths.
func (a *app) writeReport(an model.Analysis, formats []string, out string) error {
	opt := report.HTMLOptions{Version: version, Command: reportCommand(an.Window)}
	for _, name := range formats {
		var b bytes.Buffer
		if err := reportWriter(name)(&b, an, opt); err != nil {
			return err
		}
		if out == "-" {
			if _, err := a.out.Write(b.Bytes()); err != nil {
				return err
			}
			continue
		}
		path := reportPath(out, name, len(formats))
		if err := writeWhole(path, b.Bytes()); err != nil {
			return err
		}
		fmt.Fprintln(a.out, path)
	}
	return nil
}

// reportCommand is the command line that makes the same report again.
func reportCommand(w model.Window) string {
	return "breakeven report --from " + w.From.UTC().Format(time.RFC3339) + " --to " + w.To.UTC().Format(time.RFC3339)
}

// reportPath is where a format goes: --out as it is, or with the format's
// ending where there are several.
func reportPath(out, format string, formats int) string {
	if out == "" {
		out = "report." + format
	}
	if formats > 1 {
		out = strings.TrimSuffix(out, filepath.Ext(out)) + "." + format
	}
	return out
}

// writeWhole writes a file by way of a temporary one beside it, so that a
// reader never sees half of it and an old one survives a failure.
func writeWhole(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".breakeven-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", path, err), os.Remove(tmp.Name()))
	}
	return nil
}
