package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/report"
	"github.com/breakeven-dev/breakeven/store"
)

// newImportBill builds "import cur" and "import focus".
func newImportBill(a *app, kind, title string) *cobra.Command {
	return &cobra.Command{
		Use:     kind + " FILE...",
		Short:   "Import a bill: " + title + " as Parquet or CSV",
		Example: "  breakeven import " + kind + " exports/data/BILLING_PERIOD=2026-10/",
		Long: `Reads an export of AWS Data Exports (` + title + `): Parquet, CSV or
CSV.gz, told by content; of a folder every file below it. Give all files of an
export together: they replace what was imported of the same month before, since
AWS writes a month's export anew whenever it learns more. A file that is stored
already is not stored again. Then: breakeven reconcile.`,
		Args: someFiles,
		RunE: func(cmd *cobra.Command, args []string) error { return a.importBill(cmd.Context(), kind, args) },
	}
}

// importBill stores an export and says what was found.
func (a *app) importBill(ctx context.Context, kind string, paths []string) error {
	files, done, err := a.inputs(paths)
	if err != nil {
		return err
	}
	done() // the store opens them itself
	names := []string{}
	for _, f := range files {
		if f.Name == "stdin" {
			return usageErrorf("import %s reads files, not stdin", kind)
		}
		if billed(f.Name) || slices.Contains(paths, f.Name) {
			names = append(names, f.Name)
		}
	}
	result, err := a.putBill(ctx, kind, names)
	var bad *store.BillError
	if errors.As(err, &bad) {
		return withCode(exitUsage, errors.New(textsafe.Line(bad.Error())))
	}
	if err != nil {
		return err
	}
	for _, f := range result.Dropped {
		fmt.Fprintf(a.err, "note: %s was imported before and is replaced; it was not given again\n", textsafe.Line(f))
	}
	if a.global.output == "json" {
		return report.WriteJSON(a.out, a.head(), result)
	}
	months := "nothing new"
	if len(result.Months) > 0 {
		months = strings.Join(result.Months, ", ")
	}
	_, err = fmt.Fprintf(a.out, "%d files: %d rows stored, %d replaced: %s\n", len(result.Files), result.Stored, result.Removed, months)
	return err
}

// putBill stores an export. It is no run: it brings nothing that is priced,
// and does not make what was collected any newer.
func (a *app) putBill(ctx context.Context, kind string, names []string) (result store.BillImport, err error) {
	path, err := a.dbPath()
	if err != nil {
		return result, err
	}
	w, err := store.OpenWriter(ctx, path, store.Options{Now: a.now(), Purpose: "import"})
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, w.Close(ctx)) }()
	return w.PutBill(ctx, kind, names)
}

// billed tells by its name whether a file below a folder is part of an export
// (which has manifests beside it).
func billed(name string) bool {
	for _, suffix := range []string{".parquet", ".csv", ".csv.gz"} {
		if strings.HasSuffix(strings.ToLower(name), suffix) {
			return true
		}
	}
	return false
}
