package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/usage"
	"github.com/breakeven-dev/breakeven/report"
)

func newEstimate(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "estimate FILE",
		Short: "Price a usage file; needs no data and no account",
		Long: `Price a usage file: the monthly quantities of AWS resources, in YAML or JSON
(- reads standard input).

A price that the book lacks makes its line and every total above it unknown,
and the exit code 3; another region's price is never taken instead.`,
		Example: `  breakeven estimate usage.yaml
  breakeven estimate usage.yaml -o json

  # usage.yaml
  region: us-east-1
  free_tier: false
  resources:
    - name: checkout
      service: lambda
      architecture: arm64
      memory_mb: 512
      requests: 3000000
      duration_ms: 120`,
		Args: oneFile,
		RunE: func(_ *cobra.Command, args []string) error { return runEstimate(a, args[0]) },
	}
}

// oneFile is the arguments of a command that reads one file.
func oneFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageErrorf("want one FILE, or - for standard input; got %d arguments", len(args))
	}
	return nil
}

func runEstimate(a *app, file string) error {
	u, err := readUsage(a, file)
	if err != nil {
		return err
	}
	e := model.NewEstimate(a.book(), u)
	if err := report.WriteEstimate(a.out, e, a.now(), a.global.output, report.Layout{}); err != nil {
		return err
	}
	if !e.Total.Unknown {
		return nil
	}
	for _, w := range e.Warnings {
		if w.Code == model.CodePriceMissing {
			fmt.Fprintln(a.err, "breakeven:", textsafe.Line(w.Text))
		}
	}
	return &exitError{code: exitIncomplete}
}

// readUsage reads a usage file, or standard input for "-". What is wrong with
// it is a usage error.
func readUsage(a *app, file string) (model.Usage, error) {
	in, name := a.in, "standard input"
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return model.Usage{}, withCode(exitUsage, fmt.Errorf("reading the usage file: %w", err))
		}
		defer f.Close()
		in, name = f, file
	}
	data, err := io.ReadAll(io.LimitReader(in, usage.MaxBytes+1))
	if err != nil {
		return model.Usage{}, withCode(exitUsage, fmt.Errorf("reading the usage file %s: %w", name, err))
	}
	u, err := usage.Parse(name, data)
	if wrong := (*usage.Error)(nil); errors.As(err, &wrong) {
		return u, withCode(exitUsage, err)
	}
	return u, err
}
