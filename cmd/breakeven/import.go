package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/collect/imports"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/report"
	"github.com/breakeven-dev/breakeven/store"
)

func newImport(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "import KIND FILE...",
		Short: "Import log files (REPORT lines), a recorded workload or a bill",
		Args:  cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageErrorf("import %q: want logs, trace, cur or focus", args[0])
			}
			return usageErrorf("what to import? breakeven import logs FILE... or breakeven import trace FILE")
		},
	}
	c.AddCommand(newImportLogs(a), newImportTrace(a), newImportBill(a, "cur", "CUR 2.0"), newImportBill(a, "focus", "FOCUS 1.2"))
	return c
}

func newImportLogs(a *app) *cobra.Command {
	var o imports.LogOptions
	var account, region string
	c := &cobra.Command{
		Use:   "logs [--function ARN|NAME] FILE...",
		Short: "Import REPORT lines from log files: durations, cold starts, memory used",
		Example: `  breakeven import logs --function orders orders.log.gz
  aws logs tail /aws/lambda/orders --since 1d | breakeven import logs --function orders -
  breakeven import logs exports/          # every file below: an export to S3`,
		Long: `Reads the REPORT lines that Lambda writes to a function's log. The form is
told by the content: bare lines, lines with a time and a log stream in front
(exports to S3, aws logs tail), JSON of filter-log-events, results of Logs
Insights (JSON or the console's CSV), subscription batches, and the platform
events of JSON logs and the Telemetry API; plain or gzip; "-" is stdin.

The function is taken from --function, else from the log group in the input,
else from the file's path (.../aws/lambda/NAME/...). A report without a time
counts in totals and in no month. What is stored already is not stored again.
A REPORT line that cannot be read is counted and shown at the end.`,
		Args: someFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Account, o.Region = unit.AccountID(account), unit.Region(region)
			o.DefaultRegion, o.Now = a.region(""), a.now()
			return a.importLogs(cmd.Context(), args, o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Function, "function", "", "`ARN or name` of the function that wrote all of the files")
	f.StringVar(&region, "region", "", "`region` of the functions, where the input does not tell")
	f.StringVar(&account, "account", "", "`account` of the functions, where the input does not tell")
	f.IntVar(&o.Keep, "show-malformed", 20, "show the first `N` REPORT lines that cannot be read")
	return c
}

func newImportTrace(a *app) *cobra.Command {
	var o imports.TraceOptions
	var start, region, arch string
	var memory int64
	var beside []string
	c := &cobra.Command{
		Use:   "trace FILE... [--functions FILE]",
		Short: "Import a recorded workload: invocations a minute",
		Example: `  breakeven import trace trace.csv --duration 120ms --memory 512
  breakeven import trace azure2019-b-500x480.csv.gz --functions azure2019-b-functions.csv`,
		Long: `Reads minute,function,invocations, or the layout of the public Azure Functions
2019 trace (HashOwner,HashApp,HashFunction,Trigger,1,...,1440; several day
files follow each other). Minute n is --start plus n minutes; a missing row is
zero invocations. Without --start it is the start of the last import of that
trace, else the latest UTC midnight that leaves all of the trace in the past.

Durations and memory come from --functions (a row a function: dur_avg_ms, and
memory percentiles mem_p..., of which the largest is rounded up to 64 MB), or
from the duration and memory files of the Azure layout; --duration and --memory
fill what no file says. The functions appear under the account "trace".`,
		Args: someFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Name, o.Region, o.Now = filepath.Base(args[0]), a.region(region), a.now()
			o.Memory, o.Architecture = unit.MiB(memory), unit.Architecture(arch)
			if err := checkTraceFlags(cmd, &o, start); err != nil {
				return err
			}
			return a.importTrace(cmd.Context(), append(args, beside...), o)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&beside, "functions", nil, "`file` of durations and memory; may be given again")
	f.StringVar(&start, "start", "", "when minute 0 was: an `RFC 3339` time")
	f.DurationVar(&o.Duration, "duration", 0, "mean `duration` of functions that no file tells it of, such as 120ms")
	f.Int64Var(&memory, "memory", 0, "memory in `MB` of functions that no file tells it of")
	f.StringVar(&arch, "arch", string(unit.X86), "`architecture` of the functions: x86_64 or arm64")
	f.StringVar(&region, "region", "", "`region` to price the functions in (default: AWS_REGION, else us-east-1)")
	return c
}

func someFiles(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usageErrorf("no file given")
	}
	return nil
}

func checkTraceFlags(cmd *cobra.Command, o *imports.TraceOptions, start string) error {
	if start != "" {
		t, err := time.Parse(time.RFC3339, start)
		if err != nil {
			return usageErrorf("--start %q: want an RFC 3339 time such as 2026-11-01T00:00:00Z", start)
		}
		o.Start = t.UTC()
	}
	switch {
	case o.Architecture != unit.X86 && o.Architecture != unit.ARM:
		return usageErrorf("--arch %q: want x86_64 or arm64", o.Architecture)
	case cmd.Flags().Changed("memory") && (o.Memory < 128 || o.Memory > 10240):
		return usageErrorf("--memory %d: want 128 to 10240", o.Memory)
	case cmd.Flags().Changed("duration") && (o.Duration <= 0 || o.Duration > 15*time.Minute):
		return usageErrorf("--duration %s: want more than 0 and at most 15m", o.Duration)
	case o.Region.InChina():
		return usageErrorf("--region %s: prices in China are not in USD", o.Region)
	}
	return nil
}

// region is the flag's, else the environment's, else us-east-1.
func (a *app) region(flag string) unit.Region {
	for _, r := range []string{flag, a.getenv("AWS_REGION"), a.getenv("AWS_DEFAULT_REGION")} {
		if r != "" {
			return unit.Region(r)
		}
	}
	return "us-east-1"
}

// importLogs stores REPORT lines and says what was found.
func (a *app) importLogs(ctx context.Context, paths []string, o imports.LogOptions) error {
	files, done, err := a.inputs(paths)
	if err != nil {
		return err
	}
	defer done()
	var result imports.LogResult
	err = a.importInto(ctx, "logs", paths, func(w *store.Writer) (err error) {
		result, err = imports.Logs(ctx, w, files, o)
		return err
	})
	if err != nil {
		return importError(err)
	}
	if a.global.output == "json" {
		return report.WriteJSON(a.out, a.head(), result)
	}
	return a.printLogs(result)
}

func (a *app) printLogs(r imports.LogResult) error {
	for _, m := range r.Kept {
		fmt.Fprintf(a.err, "malformed: %s line %d: %s\n", m.File, m.Line, m.Reason)
	}
	if more := r.Malformed - int64(len(r.Kept)); more > 0 {
		fmt.Fprintf(a.err, "malformed: %d more lines\n", more)
	}
	if r.AssumedRegion != "" {
		fmt.Fprintf(a.err, "note: nothing tells the region, %s is assumed: give --region\n", r.AssumedRegion)
	}
	if r.AssumedAccount {
		fmt.Fprintf(a.err, "note: nothing tells the account, %q stands for it: give --account\n", imports.UnknownAccount)
	}
	if r.Reports == 0 {
		fmt.Fprintln(a.err, "note: no REPORT line found")
	}
	_, err := fmt.Fprintf(a.out, "%d reports of %d functions in %d files: %d new, %d without a time, %d malformed lines\n",
		r.Reports, r.Functions, r.Files, r.Stored, r.Undated, r.Malformed)
	return err
}

// importTrace stores a workload and says what was found.
func (a *app) importTrace(ctx context.Context, paths []string, o imports.TraceOptions) error {
	files, done, err := a.inputs(paths)
	if err != nil {
		return err
	}
	defer done()
	var result imports.TraceResult
	err = a.importInto(ctx, "trace", paths[:1], func(w *store.Writer) (err error) {
		result, err = imports.Trace(ctx, w, files, o)
		return err
	})
	if err != nil {
		return importError(err)
	}
	if a.global.output == "json" {
		return report.WriteJSON(a.out, a.head(), result)
	}
	from, to := result.From.Format(time.RFC3339), result.To.Format(time.RFC3339)
	_, err = fmt.Fprintf(a.out, "%d invocations of %d functions from %s to %s, under the account %q\nnext: breakeven compare --from %s --to %s\n",
		result.Invocations, result.Functions, from, to, imports.TraceAccount, from, to)
	return err
}

// importInto opens the database for a run of an import and closes it, however
// the import ended.
func (a *app) importInto(ctx context.Context, kind string, paths []string, do func(*store.Writer) error) error {
	path, err := a.dbPath()
	if err != nil {
		return err
	}
	if err := a.writeRun(ctx, path, "import", kind+":"+strings.Join(paths, " "), do); err != nil {
		return err
	}
	a.keepOverview(ctx)
	return nil
}

// head is the head of a JSON document that prices nothing.
func (a *app) head() report.Envelope {
	book := a.book()
	return report.NewEnvelope(a.now(), model.BookInfo{Version: book.Version(), AsOf: book.AsOf()}, nil)
}

// importError gives an unusable input the exit code of one.
func importError(err error) error {
	var in *imports.InputError
	if errors.As(err, &in) {
		return withCode(exitUsage, err)
	}
	return err
}

// inputs names the files to read: "-" is stdin, a folder all files below it.
// Files are opened when they are read, one after the other.
func (a *app) inputs(paths []string) ([]imports.File, func(), error) {
	var files []imports.File
	var open []*lazyFile
	add := func(path string) {
		f := &lazyFile{path: path}
		open = append(open, f)
		files = append(files, imports.File{Name: path, Reader: f})
	}
	for _, path := range paths {
		if path == "-" {
			files = append(files, imports.File{Name: "stdin", Reader: a.in})
			continue
		}
		err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && (p == path || !strings.HasPrefix(d.Name(), ".")) {
				add(p)
			}
			return err
		})
		if err != nil {
			return nil, nil, withCode(exitUsage, fmt.Errorf("reading %s: %w", path, causeOf(err)))
		}
	}
	return files, func() {
		for _, f := range open {
			f.close()
		}
	}, nil
}

// causeOf drops the path that an error of package os repeats.
func causeOf(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// lazyFile is open between its first read and its end.
type lazyFile struct {
	path string
	file *os.File
	done bool
}

func (l *lazyFile) Read(p []byte) (int, error) {
	if l.done {
		return 0, io.EOF
	}
	if l.file == nil {
		f, err := os.Open(l.path)
		if err != nil {
			l.done = true
			return 0, err
		}
		l.file = f
	}
	n, err := l.file.Read(p)
	if err != nil {
		l.close()
	}
	return n, err
}

func (l *lazyFile) close() {
	l.done = true
	if l.file != nil {
		_ = l.file.Close() // only read from
		l.file = nil
	}
}
