// Command breakeven tells what serverless functions and applications on AWS
// cost and why, whether they are healthy, how they should be sized, and
// whether provisioned servers would be cheaper.
//
// Each subcommand is a file of its own. Everything here is thin: it parses
// flags, opens the store, calls collect, model, report or tui, and turns an
// error into an exit code.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// DuckDB makes files of its own beside the database (its write-ahead
	// log): they are their owner's business, whatever the shell allows.
	syscall.Umask(0o077)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, newApp(), os.Args[1:])
	stop()
	os.Exit(code)
}
