//go:build emulator

package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// datum is one metric value that the test puts into the emulator and must
// find again in the database.
type datum struct {
	Function string
	Metric   string
	Minute   time.Time
	Value    float64
}

// TestEmulator collects from an AWS emulator that this project did not write
// (.ci/e2e/ministack starts it and sets AWS_ENDPOINT_URL) with the built
// program (BREAKEVEN_BIN), and compares what stands in the database with what
// was put in.
func TestEmulator(t *testing.T) {
	ctx := context.Background()
	if os.Getenv("AWS_ENDPOINT_URL") == "" || os.Getenv("BREAKEVEN_BIN") == "" {
		t.Fatal("AWS_ENDPOINT_URL and BREAKEVEN_BIN must be set: run .ci/e2e/ministack")
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		t.Fatal(err)
	}
	memory := map[string]int32{"orders": 512, "resize": 1536, "nightly": 128}
	for name, mb := range memory {
		createFunction(t, lambda.NewFromConfig(cfg), name, mb)
	}
	put := putData(t, cloudwatch.NewFromConfig(cfg), memory)

	db := filepath.Join(t.TempDir(), "emulator.duckdb")
	runCollect(t, db)
	runCollect(t, db) // a second run must neither lose nor double anything

	var inventory struct {
		Rows []struct {
			Name   string `json:"name"`
			Memory int32  `json:"memory"`
		} `json:"rows"`
	}
	query(t, db, `SELECT name, CAST(config->>'memory_mb' AS INTEGER) AS memory FROM resources ORDER BY name`, &inventory)
	found := map[string]int32{}
	for _, r := range inventory.Rows {
		found[r.Name] = r.Memory
	}
	for name, mb := range memory {
		if found[name] != mb {
			t.Errorf("function %s: memory %d MB in the database, %d created", name, found[name], mb)
		}
	}
	compareData(t, db, put)
}

func createFunction(t *testing.T, client *lambda.Client, name string, mb int32) {
	t.Helper()
	var code bytes.Buffer
	z := zip.NewWriter(&code)
	f, err := z.Create("index.py")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(f, "def handler(event, context): return event")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = client.CreateFunction(context.Background(), &lambda.CreateFunctionInput{
		FunctionName: aws.String(name),
		Role:         aws.String("arn:aws:iam::000000000000:role/lambda"),
		Runtime:      lambdatypes.RuntimePython312,
		Handler:      aws.String("index.handler"),
		MemorySize:   aws.Int32(mb),
		Code:         &lambdatypes.FunctionCode{ZipFile: code.Bytes()},
	})
	if err != nil {
		t.Fatalf("creating %s: %v", name, err)
	}
}

// putData writes three hours of Invocations, Errors and Duration at one
// minute, ending two hours ago so that nothing is still settling.
func putData(t *testing.T, client *cloudwatch.Client, functions map[string]int32) []datum {
	t.Helper()
	end := time.Now().UTC().Truncate(time.Hour).Add(-2 * time.Hour)
	var all []datum
	for name := range functions {
		var batch []cwtypes.MetricDatum
		for i := range 180 {
			at := end.Add(time.Duration(i-180) * time.Minute)
			if name == "nightly" && i%60 != 0 {
				continue
			}
			n := float64(1 + (i*7+len(name))%13)
			for metric, v := range map[string]float64{"Invocations": n, "Errors": float64(i % 2), "Duration": 12.5 + n} {
				unit := cwtypes.StandardUnitCount
				if metric == "Duration" {
					unit = cwtypes.StandardUnitMilliseconds
				}
				batch = append(batch, cwtypes.MetricDatum{
					MetricName: aws.String(metric), Timestamp: aws.Time(at), Value: aws.Float64(v), Unit: unit,
					Dimensions: []cwtypes.Dimension{{Name: aws.String("FunctionName"), Value: aws.String(name)}},
				})
				all = append(all, datum{name, metric, at, v})
			}
		}
		for len(batch) > 0 {
			n := min(len(batch), 500)
			_, err := client.PutMetricData(context.Background(), &cloudwatch.PutMetricDataInput{
				Namespace: aws.String("AWS/Lambda"), MetricData: batch[:n],
			})
			if err != nil {
				t.Fatalf("putting data of %s: %v", name, err)
			}
			batch = batch[n:]
		}
	}
	return all
}

// runCollect runs the program; exit 3 (something the emulator lacks is a named
// gap) is as good as 0 here, because compareData checks what must be there.
func runCollect(t *testing.T, db string) {
	t.Helper()
	cmd := exec.Command(os.Getenv("BREAKEVEN_BIN"), "--db", db, "collect", "--since", "1d", "--reports", "off")
	out, err := cmd.CombinedOutput()
	t.Logf("collect:\n%s", out)
	if code := cmd.ProcessState.ExitCode(); err != nil && code != exitIncomplete {
		t.Fatalf("collect: exit %d", code)
	}
}

func query(t *testing.T, db, sql string, into any) {
	t.Helper()
	cmd := exec.Command(os.Getenv("BREAKEVEN_BIN"), "--db", db, "-o", "json", "query", sql)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("query %s: %v", sql, err)
	}
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatalf("query %s: %v in %s", sql, err, out)
	}
}

// compareData holds every datum against the database. Emulator versions up to
// 1.4 stored every datum at the current minute instead of its own timestamp;
// where that shows, the sums of each series are compared and the test says so.
func compareData(t *testing.T, db string, put []datum) {
	t.Helper()
	var got struct {
		Rows []struct {
			Name   string  `json:"name"`
			Metric string  `json:"metric"`
			Minute int64   `json:"minute"`
			Value  float64 `json:"value"`
		} `json:"rows"`
	}
	query(t, db, `SELECT r.name, m.metric, CAST(epoch(m.ts) AS BIGINT) AS minute, m.value
		FROM metrics m JOIN resources r USING (resource_id)
		WHERE m.stat = 'Sum' AND m.metric IN ('Invocations', 'Errors', 'Duration') ORDER BY ALL`, &got)
	type at struct {
		name, metric string
		minute       int64
	}
	stored := map[at]float64{}
	sums := map[at]float64{}
	for _, r := range got.Rows {
		stored[at{r.Name, r.Metric, r.Minute}] += r.Value
		sums[at{r.Name, r.Metric, 0}] += r.Value
	}
	exact, want := 0, map[at]float64{}
	for _, d := range put {
		want[at{d.Function, d.Metric, 0}] += d.Value
		if v, ok := stored[at{d.Function, d.Metric, d.Minute.Unix()}]; ok && v == d.Value {
			exact++
		}
	}
	for k, v := range want {
		if sums[k] != v {
			t.Errorf("%s %s: sum %v in the database, %v put in", k.name, k.metric, sums[k], v)
		}
	}
	switch {
	case exact == len(put):
		t.Logf("all %d data stand at their own minute", exact)
	case len(stored) <= len(want)*2:
		t.Logf("this emulator stores data at the current minute: compared %d sums instead of %d data", len(want), len(put))
	default:
		t.Errorf("%d of %d data stand at their own minute with their value", exact, len(put))
	}
}
