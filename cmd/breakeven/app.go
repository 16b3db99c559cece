package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/mattn/go-isatty"
)

// app is the world a command runs in. No command touches os.Stdout, the
// environment or the clock other than through it.
type app struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	// setenv changes what the AWS SDK's default chain reads (demo only).
	setenv func(name, value string) error
	// now is the instant that windows and ages are counted from, clock the
	// passing of real time, for call rates and progress.
	now, clock func() time.Time
	// outTTY and errTTY tell whether a person looks at the stream.
	outTTY, errTTY bool
	global         globalFlags
	// books is what book keeps.
	books books
}

// globalFlags are the flags every command takes.
type globalFlags struct {
	db      string
	output  string // table, wide, json, ndjson, csv, markdown
	noColor bool
	quiet   bool
	verbose bool
	payer   bool
}

func newApp() *app {
	return &app{
		in:     os.Stdin,
		out:    os.Stdout,
		err:    os.Stderr,
		getenv: os.Getenv,
		setenv: os.Setenv,
		now:    time.Now,
		clock:  time.Now,
		outTTY: isatty.IsTerminal(os.Stdout.Fd()),
		errTTY: isatty.IsTerminal(os.Stderr.Fd()),
	}
}

// dbPath is --db, else BREAKEVEN_DB, else a file under the XDG data folder.
func (a *app) dbPath() (string, error) {
	if a.global.db != "" {
		return a.global.db, nil
	}
	if p := a.getenv("BREAKEVEN_DB"); p != "" {
		return p, nil
	}
	data := a.getenv("XDG_DATA_HOME")
	if data == "" {
		home := a.getenv("HOME")
		if home == "" {
			return "", usageErrorf("neither HOME nor XDG_DATA_HOME is set: give --db PATH")
		}
		data = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(data, "breakeven", "breakeven.duckdb"), nil
}

// color reports whether output may be coloured: a person looks, and neither
// --no-color nor a non-empty NO_COLOR forbids it.
func (a *app) color() bool {
	return a.outTTY && !a.global.noColor && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
}

// The exit codes of breakeven; `breakeven help exit-codes` prints them.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitIncomplete  = 3
	exitCredentials = 4
	exitRefused     = 5
	exitCheck       = 10
	exitCancelled   = 130
)

// exitError carries the exit code that an error deserves. A nil err exits
// silently: what is missing was already said.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usageErrorf is an error in what the user typed or gave to read: exit 2.
func usageErrorf(format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// withCode gives err an exit code, nil stays nil.
func withCode(code int, err error) error {
	if err == nil {
		return nil
	}
	return &exitError{code: code, err: err}
}

// codeOf returns the exit code that an error carries, false for any other.
func codeOf(err error) (int, bool) {
	var ee *exitError
	if errors.As(err, &ee) {
		return ee.code, true
	}
	return 0, false
}

// run executes one command line and returns the exit code. Errors are one
// line on stderr.
func run(ctx context.Context, a *app, args []string) int {
	root := newRoot(a)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	var ee *exitError
	switch {
	case errors.As(err, &ee):
		if ee.err != nil {
			fmt.Fprintln(a.err, "breakeven:", ee.err)
		}
		return ee.code
	case ctx.Err() != nil:
		fmt.Fprintln(a.err, "breakeven: cancelled; what was collected is kept, run the command again to complete it")
		return exitCancelled
	}
	fmt.Fprintln(a.err, "breakeven:", err)
	return exitFailed
}
