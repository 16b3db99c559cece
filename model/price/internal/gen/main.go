// Command gen writes the price book that package price embeds from the CSV
// files of public prices beside it. Run it by go generate.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/breakeven-dev/breakeven/model/price/internal/gen/book"
)

func main() {
	src := flag.String("src", "data/src", "`folder` of the CSV files")
	out := flag.String("out", "data/book", "`folder` to write the book to")
	flag.Parse()
	if err := run(*src, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(src, out string) error {
	files, err := book.Build(os.DirFS(src))
	if err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(out, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
