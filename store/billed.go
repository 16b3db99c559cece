package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model/reconcile"
)

// BillError says what is wrong with a file of an export, in one line.
type BillError struct{ File, Reason string }

func (e *BillError) Error() string { return e.File + ": " + e.Reason }

// BillImport tells what an import of exports did.
type BillImport struct {
	Files []BillFile `json:"files"`
	// Stored and Removed count rows that are new, and rows of older exports of
	// the same months that they replace.
	Stored  int64 `json:"rows_stored"`
	Removed int64 `json:"rows_replaced"`
	// Months are those that were stored anew, as 2026-10, ascending.
	Months []string `json:"months"`
	// Dropped are files that were replaced without being given again.
	Dropped []string `json:"dropped"`
}

// BillFile is one file and how many rows it holds.
type BillFile struct {
	File string `json:"file"`
	Rows int64  `json:"rows"`
}

// billFile is a file to be read.
type billFile struct {
	path, digest string
	// scan is the table function that reads it.
	scan string
}

// PutBill stores the files of one export, "cur" or "focus", in place of older
// exports of the same months and payer. AWS writes the export of a month anew
// whenever it learns more, so files that are given together replace what an
// earlier import stored of their months; a further part of the export that is
// stored (NAME-00002 beside NAME-00001) is added to it, and a file whose very
// content is stored is not stored again.
func (w *Writer) PutBill(ctx context.Context, source string, paths []string) (BillImport, error) {
	format, ok := billFormats[source]
	if !ok {
		return BillImport{}, fmt.Errorf("no kind of bill is called %q", source)
	}
	var files []billFile
	for _, path := range paths {
		f, err := openBill(path)
		if err != nil {
			return BillImport{}, err
		}
		if !slices.ContainsFunc(files, func(g billFile) bool { return g.digest == f.digest }) {
			files = append(files, f)
		}
	}
	var out BillImport
	var bad *BillError
	// A row group of Parquet is large: the bound for writing is too tight.
	err := w.withRoom(ctx, func() error {
		return w.tx(ctx, "storing the bill", func() (err error) {
			out, err = w.putBill(ctx, source, format, files)
			errors.As(err, &bad)
			return err
		})
	})
	if bad != nil {
		return BillImport{}, bad
	}
	return out, err
}

// openBill looks at a file: what it is, and a digest of its content.
func openBill(path string) (billFile, error) {
	wrong := func(reason string) (billFile, error) { return billFile{}, &BillError{path, reason} }
	f, err := os.Open(path)
	if err != nil {
		return wrong(causeOf(err))
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return wrong("not a file")
	}
	var head [4]byte
	n, err := io.ReadFull(f, head[:])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return wrong("the file is empty")
	}
	h := sha256.New()
	h.Write(head[:n])
	if _, err := io.Copy(h, f); err != nil {
		return wrong(causeOf(err))
	}
	name, err := filepath.Abs(path)
	if err != nil {
		return wrong(err.Error())
	}
	out := billFile{path: name, digest: hex.EncodeToString(h.Sum(nil))}
	switch at := text(globless(name)); {
	case bytes.Equal(head[:], []byte("PAR1")):
		out.scan = "read_parquet(" + at + ")"
	case bytes.Equal(head[:2], []byte{0x1f, 0x8b}):
		out.scan = csvScan(at, "gzip")
	case bytes.Equal(head[:2], []byte("PK")):
		return wrong("a ZIP archive: unpack it first")
	default:
		out.scan = csvScan(at, "none")
	}
	return out, nil
}

func csvScan(at, compression string) string {
	return fmt.Sprintf(`read_csv(%s, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', compression = '%s')`, at, compression)
}

// globless keeps DuckDB from taking a name for a pattern.
func globless(path string) string {
	return strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(path)
}

func causeOf(err error) string {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// putBill does the work of PutBill inside a transaction.
func (w *Writer) putBill(ctx context.Context, source string, format billFormat, files []billFile) (BillImport, error) {
	out := BillImport{Months: []string{}, Dropped: []string{}, Files: []BillFile{}}
	if _, err := w.conn.ExecContext(ctx, "CREATE OR REPLACE TEMP TABLE billed_new AS SELECT * FROM billed LIMIT 0"); err != nil {
		return out, err
	}
	for _, f := range files {
		n, err := w.readBill(ctx, source, format, f)
		if err != nil {
			return out, err
		}
		out.Files = append(out.Files, BillFile{f.path, n})
	}
	if err := w.nameServices(ctx); err != nil {
		return out, err
	}
	if err := w.replaceBills(ctx, source, &out); err != nil {
		return out, err
	}
	_, err := w.conn.ExecContext(ctx, "DROP TABLE billed_new")
	return out, err
}

// readBill reads a file into billed_new.
func (w *Writer) readBill(ctx context.Context, source string, format billFormat, f billFile) (int64, error) {
	has, err := w.billColumns(ctx, f)
	if err != nil {
		return 0, err
	}
	for _, c := range format.columns {
		if name := c.missing(has); name != "" {
			return 0, &BillError{f.path, fmt.Sprintf("no column %s: not an export of this kind, or the column was left out of it", name)}
		}
	}
	if err := w.checkBill(ctx, format, f, has); err != nil {
		return 0, err
	}
	res, err := w.conn.ExecContext(ctx, format.insert(source, f, has))
	if err != nil {
		return 0, billError(ctx, f, err)
	}
	return res.RowsAffected()
}

// billColumns are a file's columns by lower case.
func (w *Writer) billColumns(ctx context.Context, f billFile) (map[string]string, error) {
	rows, err := w.conn.QueryContext(ctx, "SELECT * FROM "+f.scan+" LIMIT 0")
	if err != nil {
		return nil, billError(ctx, f, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, billError(ctx, f, err)
	}
	has := map[string]string{}
	for _, n := range names {
		has[strings.ToLower(strings.TrimSpace(n))] = n
	}
	return has, rows.Err()
}

// checkBill names the first value that is not what its column should hold.
func (w *Writer) checkBill(ctx context.Context, format billFormat, f billFile, has map[string]string) error {
	var checks []string
	var names []string
	for _, c := range format.columns {
		if c.kind == "" {
			continue
		}
		raw := c.raw(has)
		bad := fmt.Sprintf("TRY_CAST(%s AS %s) IS NULL AND %s IS NOT NULL", raw, c.kind, raw)
		if c.required && strings.HasPrefix(c.kind, "TIME") {
			bad = fmt.Sprintf("TRY_CAST(%s AS %s) IS NULL", raw, c.kind)
		}
		checks = append(checks, fmt.Sprintf("min(coalesce(%s, '')) FILTER (WHERE %s)", raw, bad))
		names = append(names, c.from[0])
	}
	currency := billColumn{from: []string{format.currency}}.raw(has)
	checks = append(checks, fmt.Sprintf("min(%s) FILTER (WHERE %s <> 'USD')", currency, currency))
	names = append(names, format.currency)
	found := make([]*string, len(checks))
	into := make([]any, len(checks))
	for i := range found {
		into[i] = &found[i]
	}
	query := "SELECT " + strings.Join(checks, ",\n") + "\nFROM " + f.scan
	if err := w.conn.QueryRowContext(ctx, query).Scan(into...); err != nil {
		return billError(ctx, f, err)
	}
	for i, v := range found {
		switch {
		case v == nil:
		case names[i] == format.currency:
			return &BillError{f.path, fmt.Sprintf("column %s: %.40q, breakeven reckons in USD", names[i], *v)}
		default:
			return &BillError{f.path, fmt.Sprintf("column %s: %.40q cannot be read", names[i], *v)}
		}
	}
	return nil
}

// insert is the statement that reads a file's rows.
func (b billFormat) insert(source string, f billFile, has map[string]string) string {
	var inner, outer []string
	for _, c := range b.columns {
		value := c.raw(has)
		if c.kind != "" {
			value = fmt.Sprintf("CAST(%s AS %s)", value, c.kind)
		}
		inner = append(inner, value+" AS "+c.name)
	}
	for _, n := range b.needs {
		inner = append(inner, billColumn{from: []string{n}}.raw(has)+" AS "+n)
	}
	for _, c := range []string{"payer", "account_id", "product", "", "usage_type", "operation", "region", "resource_id"} {
		if c == "" {
			outer = append(outer, "''")
			continue
		}
		outer = append(outer, "coalesce("+c+", '')")
	}
	return fmt.Sprintf(`INSERT INTO billed_new
SELECT %s, %s, %s, CAST(date_trunc('month', month) AS DATE), %s, start_ts, end_ts, quantity, coalesce(unit, ''),
       list_usd, coalesce(billed_usd, 0), coalesce(effective_usd, billed_usd, 0), %s, coalesce(description, '')
FROM (SELECT %s FROM %s) AS charges`,
		text(source), text(f.path), text(f.digest), strings.Join(outer, ", "), b.category, strings.Join(inner, ", "), f.scan)
}

// nameServices gives the rows of billed_new breakeven's names of services.
func (w *Writer) nameServices(ctx context.Context) error {
	rows, err := w.conn.QueryContext(ctx, "SELECT DISTINCT product, usage_type FROM billed_new")
	if err != nil {
		return err
	}
	defer rows.Close()
	type named struct{ product, usage, service string }
	var all []named
	for rows.Next() {
		var n named
		if err := rows.Scan(&n.product, &n.usage); err != nil {
			return err
		}
		n.service = reconcile.ServiceOf(n.product, n.usage)
		all = append(all, n)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, n := range all {
		_, err := w.conn.ExecContext(ctx, "UPDATE billed_new SET service = ? WHERE product = ? AND usage_type = ?", n.service, n.product, n.usage)
		if err != nil {
			return err
		}
	}
	return nil
}

// billError puts what DuckDB says of a file into one line.
func billError(ctx context.Context, f billFile, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if isDiskFull(err) || isOutOfMemory(err) {
		return err
	}
	reason := firstLine(plain(err).Error())
	for _, prefix := range []string{"Invalid Input Error: ", "IO Error: ", "Conversion Error: ", "Binder Error: "} {
		reason = strings.TrimPrefix(reason, prefix)
	}
	return &BillError{f.path, "cannot be read: " + reason}
}
