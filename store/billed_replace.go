package store

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"time"
)

// bill is one payer's month as stored or as read, with its files by digest.
type bill struct {
	month time.Time
	payer string
}

// replaceBills moves billed_new into billed, bill by bill.
func (w *Writer) replaceBills(ctx context.Context, source string, out *BillImport) error {
	fresh, order, err := w.billFiles(ctx, "billed_new", source)
	if err != nil {
		return err
	}
	stored, _, err := w.billFiles(ctx, "billed", source)
	if err != nil {
		return err
	}
	for _, b := range order {
		news, old := fresh[b], stored[b]
		if holdsAll(old, news) {
			continue // the very same files
		}
		if !further(old, news) {
			res, err := w.conn.ExecContext(ctx, "DELETE FROM billed WHERE source = ? AND month = ? AND payer = ?", source, b.month, b.payer)
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			out.Removed += n
			out.Dropped = append(out.Dropped, dropped(old, news)...)
		}
		res, err := w.conn.ExecContext(ctx, "INSERT INTO billed SELECT * FROM billed_new WHERE month = ? AND payer = ?", b.month, b.payer)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		out.Stored += n
		out.Months = append(out.Months, b.month.Format("2006-01"))
	}
	out.Months = slices.Compact(out.Months)
	slices.Sort(out.Dropped)
	out.Dropped = slices.Compact(out.Dropped)
	return nil
}

// billFiles lists the bills of a table and the files of each, path by digest,
// and the bills in order.
func (w *Writer) billFiles(ctx context.Context, table, source string) (map[bill]map[string]string, []bill, error) {
	rows, err := w.conn.QueryContext(ctx, "SELECT DISTINCT month, payer, file, digest FROM "+table+" WHERE source = ? ORDER BY month, payer, file", source)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	files := map[bill]map[string]string{}
	var order []bill
	for rows.Next() {
		var b bill
		var file, digest string
		if err := rows.Scan(&b.month, &b.payer, &file, &digest); err != nil {
			return nil, nil, err
		}
		if files[b] == nil {
			files[b] = map[string]string{}
			order = append(order, b)
		}
		files[b][digest] = file
	}
	return files, order, errors.Join(rows.Err(), rows.Close())
}

// holdsAll tells whether all of news is in old.
func holdsAll(old, news map[string]string) bool {
	for digest := range news {
		if _, ok := old[digest]; !ok {
			return false
		}
	}
	return true
}

// part splits the name of one of an export's files: what all have, the number
// at its end, and what kind of file it is.
var part = regexp.MustCompile(`^(.*?)([0-9]+)((?:\.snappy)?\.parquet|\.csv(?:\.gz)?)$`)

// further tells whether news are other parts of the export that old are parts
// of: files beside them whose names differ in the number at the end.
func further(old, news map[string]string) bool {
	for _, n := range news {
		for _, o := range old {
			is, was := part.FindStringSubmatch(n), part.FindStringSubmatch(o)
			if is == nil || was == nil || is[1] != was[1] || is[2] == was[2] || is[3] != was[3] {
				return false
			}
		}
	}
	return len(old) > 0
}

// dropped lists old files that are not among the new, by name.
func dropped(old, news map[string]string) []string {
	var out []string
	for _, o := range old {
		given := false
		for _, n := range news {
			given = given || n == o
		}
		if !given {
			out = append(out, o)
		}
	}
	return out
}
