package collect_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/collect"
	"github.com/breakeven-dev/breakeven/collect/awstest"
)

// childEnv carries, as JSON, what a child process shall collect.
const childEnv = "BREAKEVEN_TEST_COLLECT"

// childTask is what a child process does, and what it says about it.
type childTask struct {
	Path         string
	Options      collect.Options
	Points       int64
	Seconds      float64 // from the first call to the closed database
	PeakMiB      float64
	CPUSeconds   float64
	Derive       bool    // derive hours afterwards, as a run of the program does
	DeriveSecs   float64 // for that
	Found, Calls int
}

// TestMain lets the test binary play a process of its own: one that is
// killed, or one whose memory is measured without the simulator's.
func TestMain(m *testing.M) {
	if task := os.Getenv(childEnv); task != "" {
		os.Exit(child(task))
	}
	os.Exit(m.Run())
}

func child(task string) int {
	var c childTask
	err := json.Unmarshal([]byte(task), &c)
	if err == nil {
		err = c.run()
	}
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (c *childTask) run() error {
	c.Options.Clock = time.Now
	begin := time.Now()
	res, err := run(context.Background(), c.Path, c.Options)
	if err != nil {
		return err
	}
	c.Seconds, c.Points, c.Found = time.Since(begin).Seconds(), res.Points, res.Resources
	for _, call := range res.Calls {
		c.Calls += int(call.Requests)
	}
	if c.Derive {
		begin = time.Now()
		if err := derive(context.Background(), c.Path, c.Options); err != nil {
			return err
		}
		c.DeriveSecs = time.Since(begin).Seconds()
	}
	c.Options = collect.Options{}
	return nil
}

func childCommand(t testing.TB, task childTask) *exec.Cmd {
	t.Helper()
	task.Options.Clock, task.Options.Price = nil, nil
	b, err := json.Marshal(task)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(b))
	cmd.Stderr = os.Stderr
	return cmd
}

const (
	kills      = 20
	killsInRun = 15 // of them at least, before the child's own end
)

// A collection killed at any moment leaves a database that opens and that the
// next run completes, without loss and without anything twice.
func TestKillLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("starts twenty processes")
	}
	s := simulate(t, awstest.Options{Seed: 3, Days: 2, Rate: 0.1})
	s.SetFaults(awstest.Faults{Delay: 10 * time.Millisecond})
	o := options(s)
	o.Concurrency = 8
	whole := newPath(t)
	begin := time.Now()
	if err := childCommand(t, childTask{Path: whole, Options: o}).Run(); err != nil {
		t.Fatalf("an undisturbed child: %v", err)
	}
	length := time.Since(begin)
	random := rand.New(rand.NewPCG(20, 11))
	early := 0
	for i := range kills {
		path := newPath(t)
		cmd := childCommand(t, childTask{Path: path, Options: o})
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		moment := time.Duration((float64(i) + random.Float64()) / kills * float64(length))
		if killAt(cmd, moment) {
			early++
		}
		if _, err := run(t.Context(), path, o); err != nil {
			t.Fatalf("after a kill at %v of %v: %v", moment, length, err)
		}
		same(t, path, whole)
	}
	if early < killsInRun {
		t.Errorf("only %d of %d children were killed before their end", early, kills)
	}
}

// killAt kills the process after d and reports whether it was still running.
func killAt(cmd *exec.Cmd, d time.Duration) bool {
	timer := time.AfterFunc(d, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	return cmd.Wait() != nil
}
