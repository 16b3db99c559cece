// Package pricebook keeps what is known of prices beside the database: the
// lists that "prices update" read, and what was agreed upon with AWS. The
// embedded book stays the fallback for every price that neither names.
package pricebook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/breakeven-dev/breakeven/model/price"
)

// The names of the files in the database's folder.
const (
	Current   = "prices.csv"          // the lists read last
	Previous  = "prices.previous.csv" // what they replaced
	Overrides = "prices.override.yaml"
)

// maxFile is how long a file may be, in bytes: a thousand times what the
// lists of all regions take would not be read into memory.
const maxFile = 256 << 20

// Load returns the book that holds for the database in dir: base with the
// lists and the overrides kept there. Without either it is base. An error
// names the file and line.
func Load(dir string, base *price.Book) (*price.Book, error) {
	book, err := LoadList(dir, base)
	if err != nil {
		return nil, err
	}
	overrides, err := ReadOverrides(filepath.Join(dir, Overrides), book)
	if err != nil {
		return nil, err
	}
	return book.WithOverrides(overrides), nil
}

// LoadList is Load without the overrides: list prices alone.
func LoadList(dir string, base *price.Book) (*price.Book, error) {
	listed, err := read(filepath.Join(dir, Current))
	if err != nil {
		return nil, err
	}
	return base.With(listed), nil
}

// LoadPrevious is LoadList with the lists that the last update replaced, and false
// where no update has replaced any.
func LoadPrevious(dir string, base *price.Book) (*price.Book, bool, error) {
	path := filepath.Join(dir, Previous)
	if _, err := os.Stat(path); err != nil {
		return base, false, nil
	}
	listed, err := read(path)
	if err != nil {
		return nil, false, err
	}
	return base.With(listed), true, nil
}

// read reads a book's file; one that is not there has no prices.
func read(path string) ([]price.Price, error) {
	text, err := readFile(path)
	if err != nil || text == nil {
		return nil, err
	}
	prices, err := price.ReadCSV(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w; `breakeven prices update` writes it anew, without it the embedded prices hold", path, err)
	}
	return prices, nil
}

// readFile returns a file's contents, nil where there is none.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("%s: larger than %d bytes", path, maxFile)
	}
	return text, nil
}

// Install puts prices beside the database in dir, in front of those that an
// earlier update left there, whose file is kept for a comparison. A reader
// sees the old book or the new one, never a part.
func Install(dir string, prices []price.Price) error {
	path := filepath.Join(dir, Current)
	before, err := read(path)
	if err != nil {
		before = nil // a spoilt file is what an update mends
	}
	newer := map[price.Key]bool{}
	for _, p := range prices {
		newer[p.Key] = true
	}
	all := append(slices.DeleteFunc(slices.Clone(before), func(p price.Price) bool { return newer[p.Key] }), prices...)
	var text bytes.Buffer
	if err := price.WriteCSV(&text, all); err != nil {
		return err
	}
	if _, err := price.ReadCSV(bytes.NewReader(text.Bytes())); err != nil {
		return fmt.Errorf("the new book cannot be read again and was not installed: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var old bytes.Buffer
	if err := price.WriteCSV(&old, before); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, Previous), old.Bytes()); err != nil {
		return err
	}
	return writeFile(path, text.Bytes())
}

// writeFile replaces a file in one step. Prices are no secret: everybody who
// may read the folder may read them.
func writeFile(path string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
