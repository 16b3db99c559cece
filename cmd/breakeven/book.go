package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/collect/pricebook"
	"github.com/breakeven-dev/breakeven/model/price"
)

// books is the price book that was read last, and beside which database.
type books struct {
	dir  string
	book *price.Book
}

// mendsBook marks commands that must run where the book beside the database
// is spoilt, because they mend it or need none.
const mendsBook = "mends-book"

// mends is the annotation of such a command.
func mends() map[string]string { return map[string]string{mendsBook: "yes"} }

// checkBook refuses to go on with a book that cannot be read: amounts would be
// others than the user set them to be.
func (a *app) checkBook(c *cobra.Command) error {
	if c.Annotations[mendsBook] != "" {
		return nil
	}
	_, err := a.readBook()
	return withCode(exitUsage, err)
}

// readBook returns the prices that hold: the embedded book, with the lists
// and the overrides beside the database in front of it.
func (a *app) readBook() (*price.Book, error) {
	path, err := a.dbPath()
	if err != nil {
		return price.Embedded(), nil // what needs a database will say so
	}
	dir := filepath.Dir(path)
	if a.books.book != nil && a.books.dir == dir {
		return a.books.book, nil
	}
	book, err := pricebook.Load(dir, price.Embedded())
	if err != nil {
		return nil, err
	}
	a.books = books{dir: dir, book: book}
	return book, nil
}

// book is readBook where checkBook was asked before.
func (a *app) book() *price.Book {
	book, err := a.readBook()
	if err != nil {
		fmt.Fprintf(a.err, "breakeven: %v; taking the embedded prices\n", err)
		return price.Embedded()
	}
	return book
}
