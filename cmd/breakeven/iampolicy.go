package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/collect"
)

func newIAMPolicy(a *app) *cobra.Command {
	var only []string
	var explorer bool
	cmd := &cobra.Command{
		Use:   "iam-policy",
		Short: "Print the least-privilege IAM policy that collect needs",
		Long: `iam-policy prints a JSON policy with the actions that collect calls, and no
others. All of them read; none changes anything or reads a function's code.
ListFunctions shows environment variables, of which only the names are kept.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			b, err := iamPolicy(only, explorer)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.out, "%s\n", b)
			return err
		},
	}
	cmd.Flags().BoolVar(&explorer, "cost-explorer", false, "and for reconcile --cost-explorer")
	cmd.Flags().StringSliceVar(&only, "only", nil, "for these `services` only: "+strings.Join(collect.ServiceNames(), ", "))
	return cmd
}

// policyStatement is a statement of an IAM policy, in AWS's spelling.
type policyStatement struct {
	Sid      string
	Effect   string
	Action   []string
	Resource string
}

// iamPolicy builds the policy from the table of operations that collecting
// uses, with explorer that of Cost Explorer, too. GetCallerIdentity needs no permission (STS API reference).
func iamPolicy(only []string, explorer bool) ([]byte, error) {
	for _, s := range only {
		if !slices.Contains(collect.ServiceNames(), s) {
			return nil, usageErrorf("unknown service %q: want %s", s, strings.Join(collect.ServiceNames(), ", "))
		}
	}
	byService := map[string]*policyStatement{}
	var order []*policyStatement
	operations := collect.Operations(only...)
	if explorer {
		operations = append(operations, collect.CostExplorerOperations()...)
	}
	for _, op := range operations {
		service, _, _ := strings.Cut(op.Action, ":")
		if service == "sts" {
			continue
		}
		s := byService[service]
		if s == nil {
			s = &policyStatement{Sid: "Breakeven" + strings.ToUpper(service[:1]) + service[1:], Effect: "Allow", Resource: "*"}
			byService[service] = s
			order = append(order, s)
		}
		s.Action = append(s.Action, op.Action)
	}
	return json.MarshalIndent(map[string]any{"Version": "2012-10-17", "Statement": order}, "", "  ")
}
