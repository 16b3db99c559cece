package main

import (
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// version is set by the linker (make build); a plain go build says "dev".
var version = "dev"

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of breakeven",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			if a.global.output == "json" {
				return json.NewEncoder(a.out).Encode(map[string]string{"version": version, "go": runtime.Version()})
			}
			_, err := fmt.Fprintf(a.out, "breakeven %s (%s %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
