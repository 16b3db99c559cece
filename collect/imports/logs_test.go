package imports

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

var now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

// openStore opens a new database for writing.
func openStore(t testing.TB) *store.Writer {
	t.Helper()
	w, err := store.OpenWriter(context.Background(), filepath.Join(t.TempDir(), "t.duckdb"), store.Options{Now: now, Purpose: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return w
}

// line is a REPORT line at a minute, at no time if it is negative.
func line(minute int, id string, ms float64) string {
	s := fmt.Sprintf("REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: 512 MB\tMax Memory Used: 36 MB\t\n", id, ms, int(ms)+1)
	if minute >= 0 {
		s = now.Add(time.Duration(minute)*time.Minute).Format("2006-01-02T15:04:05.000Z ") + s
	}
	return s
}

func importLogs(t *testing.T, w *store.Writer, o LogOptions, files ...File) LogResult {
	t.Helper()
	o.Now, o.DefaultRegion = now, "us-east-1"
	r, err := Logs(context.Background(), w, files, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestLogsAreStoredOnce imports a file twice, a file that overlaps it, and
// two attempts of one request.
func TestLogsAreStoredOnce(t *testing.T) {
	w := openStore(t)
	o := LogOptions{Function: "arn:aws:lambda:eu-west-1:123456789012:function:orders:live"}
	first := line(0, "a", 5.5) + line(1, "a", 7.5) + line(-1, "b", 3.25) + "REPORT RequestId: c\tDuration: ? ms\n"
	for i, c := range []struct {
		in     string
		stored int64
	}{{first, 3}, {first, 0}, {line(1, "a", 7.5) + line(2, "d", 1.5) + line(2, "d", 1.5), 1}} {
		r := importLogs(t, w, o, text("orders.log", c.in))
		if r.Stored != c.stored {
			t.Errorf("import %d stored %d reports, want %d", i+1, r.Stored, c.stored)
		}
	}
	r := importLogs(t, w, o, text("again.log", first))
	if r.Reports != 3 || r.Undated != 1 || r.Malformed != 1 || r.Functions != 1 || r.AssumedRegion != "" || r.AssumedAccount {
		t.Errorf("%+v", r)
	}
	if got, want := fmt.Sprint(r.Kept), "[{again.log 4 Duration: not a number}]"; got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	rs, err := w.Resources(context.Background(), "lambda")
	if err != nil || len(rs) != 1 {
		t.Fatalf("%v, %v", rs, err)
	}
	if k := rs[0].Key; k.ID != "arn:aws:lambda:eu-west-1:123456789012:function:orders" || k.Name != "orders" || k.Account != "123456789012" || k.Region != "eu-west-1" {
		t.Errorf("function is stored as %+v", k)
	}
}

// TestFunctionOf finds the function in everything that can tell it.
func TestFunctionOf(t *testing.T) {
	group := func(g, stream string) string {
		return fmt.Sprintf(`{"logGroup":%q,"logStream":%q,"owner":"123456789012","logEvents":[{"timestamp":1707468164080,"message":%q}]}`, g, stream, line(-1, "a", 1))
	}
	for name, c := range map[string]struct {
		file File
		o    LogOptions
		want unit.ResourceID
	}{
		"flags":              {text("x.log", line(0, "a", 1)), LogOptions{Function: "orders", Account: "1", Region: "eu-west-1"}, "arn:aws:lambda:eu-west-1:1:function:orders"},
		"flag, rest assumed": {text("x.log", line(0, "a", 1)), LogOptions{Function: "orders"}, "arn:aws:lambda:us-east-1:unknown:function:orders"},
		"group":              {text("x.json", group("/aws/lambda/orders", "s")), LogOptions{Region: "eu-west-1"}, "arn:aws:lambda:eu-west-1:123456789012:function:orders"},
		"flag over group":    {text("x.json", group("/aws/lambda/orders", "s")), LogOptions{Function: "other"}, "arn:aws:lambda:us-east-1:unknown:function:other"},
		"shared group":       {text("x.json", group("all-logs", "2024/02/09/orders[$LATEST]7f")), LogOptions{}, "arn:aws:lambda:us-east-1:123456789012:function:orders"},
		"group's ARN":        {text("x.json", group("arn:aws:logs:eu-north-1:210987654321:log-group:/aws/lambda/orders:*", "s")), LogOptions{}, "arn:aws:lambda:eu-north-1:210987654321:function:orders"},
		"path":               {text("exports/aws/lambda/orders/b2e/2024-02-09-[$LATEST]7f/000000.gz", line(0, "a", 1)), LogOptions{}, "arn:aws:lambda:us-east-1:unknown:function:orders"},
		"flat path":          {text("exports/aws-lambda-orders/b2e/000000.gz", line(0, "a", 1)), LogOptions{}, "arn:aws:lambda:us-east-1:unknown:function:orders"},
	} {
		t.Run(name, func(t *testing.T) {
			w := openStore(t)
			importLogs(t, w, c.o, c.file)
			rs, err := w.Resources(context.Background(), "lambda")
			if err != nil || len(rs) != 1 || rs[0].Key.ID != c.want {
				t.Errorf("stored %v (%v), want %s", rs, err, c.want)
			}
		})
	}
}

// TestKnownFunction gives a name's reports to the one stored function of that
// name, and to none of two.
func TestKnownFunction(t *testing.T) {
	w := openStore(t)
	put := func(account unit.AccountID) {
		config, err := configOf(1024, unit.ARM)
		if err != nil {
			t.Fatal(err)
		}
		r := store.Resource{Key: functionKey(account, "eu-west-1", "orders"), Config: config, SeenAt: now, Origin: "inventory"}
		if _, err := w.PutResources(context.Background(), []store.Resource{r}); err != nil {
			t.Fatal(err)
		}
	}
	put("111111111111")
	if r := importLogs(t, w, LogOptions{Function: "orders"}, text("x.log", line(0, "a", 1))); r.AssumedAccount {
		t.Errorf("%+v: the one stored function of that name was not taken", r)
	}
	put("222222222222")
	if r := importLogs(t, w, LogOptions{Function: "orders"}, text("x.log", line(0, "b", 1))); !r.AssumedAccount {
		t.Errorf("%+v: one of two functions of that name was taken", r)
	}
	if r := importLogs(t, w, LogOptions{Function: "orders", Account: "222222222222"}, text("x.log", line(0, "c", 1))); r.AssumedAccount || r.AssumedRegion != "" {
		t.Errorf("%+v: --account did not decide between two functions", r)
	}
}

func TestLogsRefuse(t *testing.T) {
	for _, c := range []struct {
		function string
		file     File
		want     string
	}{
		{"", text("x.log", line(0, "a", 1)), "x.log, line 1: neither the input nor the file's path tells which function this is: give --function NAME or ARN"},
		{"a/b", text("x.log", ""), `--function: "a/b" is not the name or ARN of a function`},
		{"arn:aws:s3:::bucket", text("x.log", ""), `--function: "arn:aws:s3:::bucket" is not the ARN of a function (arn:aws:lambda:REGION:ACCOUNT:function:NAME)`},
		{"f", text("x.log", "\x1f\x8b\x08rubbish"), "x.log: unexpected EOF"},
		{"f", text("x.log", line(0, "a", 1)+"\x00"), "x.log: not a log file: it has zero bytes (binary, or UTF-16 without its mark)"},
	} {
		w := openStore(t)
		_, err := Logs(context.Background(), w, []File{c.file}, LogOptions{Function: c.function, Now: now, DefaultRegion: "us-east-1"})
		var in *InputError
		if !errors.As(err, &in) || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
		if r := importLogs(t, w, LogOptions{Function: "f"}, text("x.log", line(0, "a", 1))); r.Stored != 1 {
			t.Errorf("after %q: stored %d reports, want the 1 that was refused before", c.want, r.Stored)
		}
	}
}

func TestCancelledImport(t *testing.T) {
	w := openStore(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	in := strings.Repeat(line(0, "a", 1), checkEvery+1)
	if _, err := Logs(ctx, w, []File{text("x.log", in)}, LogOptions{Function: "f", Now: now}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
