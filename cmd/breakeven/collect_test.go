package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

// account serves a small simulated account to the commands of a test.
func account(t *testing.T) *awstest.Server {
	t.Helper()
	s, err := awstest.New(awstest.Options{Seed: 3, Days: 2, Rate: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for _, e := range s.Env() {
		k, v, _ := strings.Cut(e, "=")
		t.Setenv(k, v)
	}
	return s
}

// collectWith runs one collect command line against s.
func collectWith(t *testing.T, s *awstest.Server, db string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	// The account's clock stands still; rates need one that does not.
	ahead := time.Until(s.Now())
	a := &app{
		in: strings.NewReader(""), out: &out, err: io.Writer(&errs), getenv: func(string) string { return "" },
		clock: time.Now, now: func() time.Time { return time.Now().Add(ahead) },
	}
	code = run(context.Background(), a, append([]string{"collect", "--db", db, "--since", "2d", "--rate", "*=5000", "--points-per-second", "1e9"}, args...))
	return code, out.String(), errs.String()
}

func TestCollectExitCodes(t *testing.T) {
	s := account(t)
	for _, c := range []struct {
		name   string
		faults awstest.Faults
		args   []string
		code   int
		says   string
	}{
		{"gaps", awstest.Faults{}, nil, exitIncomplete, "cold starts unknown"},
		{"no gaps without REPORT lines", awstest.Faults{}, []string{"--reports", "off"}, exitDone, "collected"},
		{"a missing permission", awstest.Faults{DeniedActions: []string{"cloudwatch:GetMetricData"}}, nil, exitIncomplete, "allow the IAM action cloudwatch:GetMetricData"},
		{"expired", awstest.Faults{ExpiredToken: true}, nil, exitCredentials, "aws sso login"},
		{"too dear", awstest.Faults{}, []string{"--max-cost", "0.0000001"}, exitRefused, "--max-cost"},
		{"clock", awstest.Faults{ClockSkew: true}, nil, exitFailed, "clock"},
		{"unknown region", awstest.Faults{}, []string{"--region", "useast1"}, exitUsage, "us-east-1"},
		{"unknown service", awstest.Faults{}, []string{"--only", "lambada"}, exitUsage, "lambda"},
		{"odd period", awstest.Faults{}, []string{"--period", "7m"}, exitUsage, "--period"},
		{"odd rate", awstest.Faults{}, []string{"--rate", "lambda:Nothing=3"}, exitUsage, "--rate"},
		{"odd mode", awstest.Faults{}, []string{"--reports", "guess"}, exitUsage, "--reports"},
		{"odd limit", awstest.Faults{}, []string{"--max-cost", "-1"}, exitUsage, "--max-cost"},
		{"odd window", awstest.Faults{}, []string{"--since", "yesterday"}, exitUsage, "yesterday"},
	} {
		s.SetFaults(c.faults)
		code, _, stderr := collectWith(t, s, filepath.Join(t.TempDir(), "b.duckdb"), c.args...)
		if code != c.code || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: exit %d, want %d; stderr: %s", c.name, code, c.code, stderr)
		}
	}
}

func TestPlanPrintsAndCreatesNothing(t *testing.T) {
	s := account(t)
	db := filepath.Join(t.TempDir(), "b.duckdb")
	code, stdout, stderr := collectWith(t, s, db, "--plan", "-o", "json")
	var plan struct {
		SchemaVersion int      `json:"schema_version"`
		Cost          *float64 `json:"cost_usd"`
		Calls         []struct {
			Operation string  `json:"operation"`
			Billed    float64 `json:"billed_units"`
		} `json:"calls"`
	}
	if err := json.Unmarshal([]byte(stdout), &plan); err != nil || code != exitDone {
		t.Fatalf("exit %d, %v: %s%s", code, err, stdout, stderr)
	}
	if plan.SchemaVersion != 1 || plan.Cost == nil || *plan.Cost <= 0 || len(plan.Calls) == 0 {
		t.Errorf("%s", stdout)
	}
	if found, _ := filepath.Glob(db + "*"); len(found) > 0 {
		t.Errorf("planning created %v", found)
	}
}

func TestIAMPolicyIsLeast(t *testing.T) {
	b, err := iamPolicy(nil, false)
	if err != nil {
		t.Fatal(err)
	}
	var p struct {
		Version   string
		Statement []struct {
			Effect, Resource string
			Action           []string
		}
	}
	if err := json.Unmarshal(b, &p); err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, s := range p.Statement {
		actions = append(actions, s.Action...)
		if s.Effect != "Allow" {
			t.Errorf("effect %s", s.Effect)
		}
	}
	for _, a := range actions {
		_, verb, _ := strings.Cut(a, ":")
		// API Gateway's actions are named by the HTTP method.
		reads := a == "apigateway:GET" || slices.ContainsFunc([]string{"Get", "List", "Describe", "Filter", "StartQuery", "StopQuery"}, func(p string) bool { return strings.HasPrefix(verb, p) })
		if !reads || strings.Contains(a, "*") || a == "lambda:GetFunction" {
			t.Errorf("the policy allows %s", a)
		}
	}
	if !slices.Contains(actions, "cloudwatch:GetMetricData") || !slices.Contains(actions, "logs:StartQuery") {
		t.Errorf("the policy lacks what collect calls: %v", actions)
	}
}
