package store

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/reconcile"
)

const billHead = "bill_payer_account_id,bill_billing_period_start_date,line_item_usage_account_id,line_item_line_item_type,line_item_product_code," +
	"line_item_usage_type,line_item_usage_start_date,line_item_usage_end_date,line_item_usage_amount,line_item_unblended_cost," +
	"pricing_public_on_demand_cost,line_item_currency_code,line_item_line_item_description\n"

// billRow is a line of a CUR export of October 2026.
func billRow(kind, product, usage, quantity, cost, list string) string {
	return "111122223333,2026-10-01T00:00:00.000Z,444455556666," + kind + "," + product + "," + usage +
		",2026-10-05T00:00:00.000Z,2026-10-05T01:00:00.000Z," + quantity + "," + cost + "," + list + ",USD,\"a, \"\"quoted\"\" line\nof two\"\n"
}

// billWriter opens a new database.
func billWriter(t *testing.T) (*Writer, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bill.duckdb")
	w, err := OpenWriter(t.Context(), path, Options{Now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Purpose: "import"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close(t.Context()) })
	return w, path
}

func putFile(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func zipped(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// billedSum is what stands in the table.
func billedSum(t *testing.T, w *Writer) (rows int, usd string) {
	t.Helper()
	err := w.conn.QueryRowContext(t.Context(), "SELECT count(*), CAST(CAST(coalesce(sum(billed_usd), 0) AS DECIMAL(18, 4)) AS VARCHAR) FROM billed").Scan(&rows, &usd)
	if err != nil {
		t.Fatal(err)
	}
	return rows, usd
}

// TestBillsAreReplaced imports exports the way AWS writes them: over and over,
// in parts, as CSV, gzip and Parquet.
func TestBillsAreReplaced(t *testing.T) {
	w, _ := billWriter(t)
	dir := t.TempDir()
	one, two := billRow("Usage", "AWSLambda", "Request", "5", "1.25", "1.25"), billRow("Tax", "AWSLambda", "", "1", "0.5", "")
	first := putFile(t, dir, "export-00001.csv", billHead+one)
	late := filepath.Join(dir, "late-00001.csv.gz")
	contents := map[string]string{"a newer export, zipped": zipped(t, billHead+one+one+two), "overwritten in place": zipped(t, billHead+one+two)}
	for _, step := range []struct {
		name    string
		files   []string
		rows    int
		usd     string
		stored  int64
		dropped int
	}{
		{"first", []string{first}, 1, "1.2500", 1, 0},
		{"the same again", []string{first}, 1, "1.2500", 0, 0},
		{"a further part", []string{putFile(t, dir, "export-00002.csv", billHead+two)}, 2, "1.7500", 1, 0},
		{"both again, at once and doubled", []string{first, filepath.Join(dir, "export-00002.csv"), first}, 2, "1.7500", 0, 0},
		{"a newer export, zipped", []string{late}, 3, "3.0000", 3, 2},
		{"overwritten in place", []string{late}, 2, "1.7500", 2, 0},
		{"no rows", []string{putFile(t, dir, "none-00001.csv", billHead)}, 2, "1.7500", 0, 0},
		{"a name full of patterns", []string{putFile(t, dir, "a'[b]*?;--.csv", billHead+one)}, 1, "1.2500", 1, 1},
	} {
		if c, ok := contents[step.name]; ok {
			putFile(t, dir, filepath.Base(late), c)
		}
		got, err := w.PutBill(t.Context(), "cur", step.files)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		rows, usd := billedSum(t, w)
		if rows != step.rows || usd != step.usd || got.Stored != step.stored || len(got.Dropped) != step.dropped {
			t.Errorf("%s: %d rows of %s USD, %+v", step.name, rows, usd, got)
		}
	}
}

// TestParquetBill reads the same export as CSV and as Parquet with the types
// that AWS gives the columns.
func TestParquetBill(t *testing.T) {
	w, path := billWriter(t)
	dir := t.TempDir()
	csv := putFile(t, dir, "export.csv", billHead+billRow("Usage", "AWSLambda", "Lambda-GB-Second-ARM", "1000", "0.0133334", "1.5e-2")+
		billRow("SavingsPlanNegation", "AWSLambda", "Lambda-GB-Second-ARM", "1000", "-0.0133334", ""))
	parquet := filepath.Join(dir, "export.bin") // told by content
	if err := w.limit(t.Context(), w.ample); err != nil {
		t.Fatal(err)
	}
	_, err := w.conn.ExecContext(t.Context(), `COPY (SELECT * REPLACE (CAST(line_item_unblended_cost AS DOUBLE) AS line_item_unblended_cost,
		CAST(line_item_usage_amount AS DOUBLE) AS line_item_usage_amount, CAST(bill_billing_period_start_date AS TIMESTAMP) AS bill_billing_period_start_date,
		CAST(line_item_usage_start_date AS TIMESTAMP) AS line_item_usage_start_date, CAST(line_item_usage_end_date AS TIMESTAMP) AS line_item_usage_end_date)
		FROM read_csv('`+csv+`', header = true, all_varchar = true)) TO '`+parquet+`' (FORMAT parquet)`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.PutBill(t.Context(), "cur", []string{parquet}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := OpenReader(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	months, err := r.BilledMonths(t.Context())
	if err != nil || len(months) != 1 || months[0].Month.Format("2006-01") != "2026-10" {
		t.Fatalf("%v, %v", months, err)
	}
	b, err := r.Bill(t.Context(), months[0], model.Window{From: months[0].Month, To: months[0].Month.AddDate(0, 1, 0)})
	if err != nil || len(b.Charges) != 2 {
		t.Fatalf("%+v, %v", b, err)
	}
	negation, usage := b.Charges[0], b.Charges[1]
	if usage.Category != reconcile.CategoryUsage || usage.Service != "lambda" || usage.Billed.String() != "0.0133334" ||
		usage.Comparable.String() != "0.015" || usage.Quantity.String() != "1000" || usage.Outside || usage.Free {
		t.Errorf("usage: %+v", usage)
	}
	if negation.Category != "savings-plan-negation" || negation.Billed.String() != "-0.0133334" || negation.Comparable.String() != "-0.0133334" {
		t.Errorf("negation: %+v", negation)
	}
}

// TestUnreadableBills wants one line that names the file and, where there is
// one, the column; nothing of the import stays.
func TestUnreadableBills(t *testing.T) {
	w, _ := billWriter(t)
	dir := t.TempDir()
	good := billRow("Usage", "AWSLambda", "Request", "5", "1.25", "1.25")
	for _, tt := range []struct{ name, content, want string }{
		{"empty.csv", "", "empty"},
		{"column.csv", strings.Replace(billHead, "line_item_unblended_cost", "x", 1) + good, "line_item_unblended_cost"},
		{"focus.csv", "BilledCost\n1\n", "no column bill_billing_period_start_date"},
		{"cost.csv", billHead + strings.Replace(good, ",1.25,", ",a lot,", 1), `column line_item_unblended_cost: "a lot"`},
		{"time.csv", billHead + strings.Replace(good, "2026-10-05T00", "2026-13-05T00", 1), "column line_item_usage_start_date"},
		{"month.csv", billHead + strings.Replace(good, "2026-10-01T00:00:00.000Z", "", 1), "column bill_billing_period_start_date"},
		{"yuan.csv", billHead + strings.Replace(good, "USD", "CNY", 1), `column line_item_currency_code: "CNY"`},
		{"broken.parquet", "PAR1 and nothing after it", "cannot be read"},
		{"broken.gz", "\x1f\x8b and nothing after it", "cannot be read"},
		{"archive.zip", "PK\x03\x04", "ZIP"},
		{"binary.csv", "\x00\x01\x02\xff\xfe", "binary.csv: "},
	} {
		path := putFile(t, dir, tt.name, tt.content)
		_, err := w.PutBill(t.Context(), "cur", []string{putFile(t, dir, "good.csv", billHead+good), path})
		var bad *BillError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := w.PutBill(t.Context(), "cur", []string{filepath.Join(dir, "none.csv")}); err == nil {
		t.Error("no error for a file that is not there")
	}
	if _, err := w.PutBill(t.Context(), "cur", []string{dir}); err == nil {
		t.Error("no error for a folder")
	}
	if rows, _ := billedSum(t, w); rows != 0 {
		t.Errorf("%d rows stayed", rows)
	}
}

// FuzzBill wants no content to bring more than an error about the file.
func FuzzBill(f *testing.F) {
	f.Add([]byte(billHead + billRow("Usage", "AWSLambda", "Request", "5", "1.25", "1.25")))
	f.Add([]byte(billHead + billRow("Credit", "'; DROP TABLE billed; --", "\x00", "1e400", "-1e-30", "NaN")))
	f.Add([]byte("PAR1PAR1"))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Add([]byte("a,b\n\"unclosed"))
	path := filepath.Join(f.TempDir(), "bill.duckdb")
	w, err := OpenWriter(f.Context(), path, Options{Now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Purpose: "import"})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { w.Close(f.Context()) })
	file := filepath.Join(f.TempDir(), "bill.csv")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{"cur", "focus"} {
			_, err := w.PutBill(t.Context(), kind, []string{file})
			var bad *BillError
			if err != nil && !errors.As(err, &bad) {
				t.Errorf("%v", err)
			}
		}
	})
}
