package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model/rightsize"
	"github.com/breakeven-dev/breakeven/model/rightsize/powertuning"
	"github.com/breakeven-dev/breakeven/model/unit"
)

func newExport(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "export KIND",
		Short: "Write what other tools read",
		Args:  cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageErrorf("export %q: want power-tuning", args[0])
			}
			return usageErrorf("what to export? breakeven export power-tuning FUNCTION_ARN")
		},
	}
	c.AddCommand(newExportPowerTuning(a))
	return c
}

// powerTuningFlags are what Power Tuning is asked to measure.
type powerTuningFlags struct {
	sizes   []int64
	used    int64
	num     int
	payload string
	given   func(string) bool
}

// powerTuningSizes are measured unless told otherwise: the ones that tell most
// of a curve, up to what new accounts may use.
var powerTuningSizes = []int64{128, 256, 512, 1024, 1769, 3008}

func newExportPowerTuning(a *app) *cobra.Command {
	var f powerTuningFlags
	c := &cobra.Command{
		Use:   "power-tuning FUNCTION_ARN",
		Short: "Write an input of AWS Lambda Power Tuning, as JSON",
		Long: `Write the input of AWS Lambda Power Tuning's state machine for a function.
Nothing is run: start the execution yourself, and read its output with
breakeven rightsize --power-tuning. Power Tuning invokes the function for real,
with all its effects and costs.`,
		Example: `  breakeven export power-tuning arn:aws:lambda:eu-west-1:123456789012:function:orders --payload event.json > input.json
  aws stepfunctions start-execution --state-machine-arn ... --input file://input.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageErrorf("export power-tuning: want one function's ARN")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			f.given = cmd.Flags().Changed
			return exportPowerTuning(a, &f, args[0])
		},
	}
	fs := c.Flags()
	fs.Int64SliceVar(&f.sizes, "sizes", powerTuningSizes, "memory sizes in `MB`")
	fs.Int64Var(&f.used, "max-memory-used", 0, "largest memory used, in `MB`: leaves out sizes under 1.2 times it")
	fs.IntVar(&f.num, "num", 50, "invocations at each size, `N`")
	fs.StringVar(&f.payload, "payload", "", "JSON `file` to invoke the function with (default: {})")
	return c
}

func exportPowerTuning(a *app, f *powerTuningFlags, arn string) error {
	if f.given("max-memory-used") && (f.used < 1 || f.used > int64(rightsize.MaxMemory)) {
		return usageErrorf("--max-memory-used %d: want 1 to %d MB", f.used, int64(rightsize.MaxMemory))
	}
	floor := rightsize.Floor(unit.MiB(f.used))
	var sizes []unit.MiB
	for _, m := range f.sizes {
		if unit.MiB(m) >= floor || m < int64(rightsize.MinMemory) { // the latter is refused below
			sizes = append(sizes, unit.MiB(m))
		}
	}
	payload, err := readPayload(f.payload)
	if err != nil {
		return err
	}
	in, err := powertuning.NewInput(arn, sizes, f.num, payload)
	if err != nil {
		return withCode(exitUsage, err)
	}
	out, err := json.MarshalIndent(in, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.out, string(out))
	return err
}

// readPayload reads a JSON file; no name is no payload.
func readPayload(name string) (json.RawMessage, error) {
	const largest = 256 << 10 // what an input of Step Functions may hold
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, withCode(exitUsage, fmt.Errorf("--payload: %w", err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, largest+1))
	if err != nil {
		return nil, withCode(exitUsage, fmt.Errorf("--payload: reading %s: %w", name, err))
	}
	if len(data) > largest {
		return nil, usageErrorf("--payload %s: more than %d KB, which no input holds: use Power Tuning's payloadS3", name, largest>>10)
	}
	return data, nil
}
