package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/breakeven-dev/breakeven/model"
)

// childFiller stores days until the disk is full, and says what it was told
// and what can be read then.
func childFiller(ctx context.Context, path string) error {
	if err := limitSpace(filepath.Dir(path)); err != nil {
		return err
	}
	w, err := OpenWriter(ctx, path, Options{Now: day0, Purpose: "filler"})
	if err != nil {
		return err
	}
	if err := w.BeginRun(ctx, "collect", ""); err != nil {
		return err
	}
	day := 0
	for ; err == nil && day < 5000; day++ {
		err = putDay(ctx, w, day)
	}
	fmt.Println(day - 1)
	fmt.Println(oneError(err))
	fmt.Println(oneError(errors.Join(w.EndRun(ctx, day0, false), w.Close(ctx))))
	r, err := OpenReader(ctx, path, Options{})
	if err != nil {
		return err
	}
	days, err := daysStored(ctx, r.db)
	fmt.Println(days)
	return errors.Join(err, r.Close())
}

// oneError prints an error so that a second line of it shows.
func oneError(err error) string {
	if err == nil {
		return "nil"
	}
	return strings.ReplaceAll(err.Error(), "\n", "\\n")
}

// limitSpace gives a folder a small file system of its own where the process
// may mount one, or else lets no file grow beyond some size.
func limitSpace(dir string) error {
	const limit = 3 << 20
	if os.Getenv(mountEnv) != "" {
		return unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", 6*limit))
	}
	signal.Ignore(syscall.SIGXFSZ)
	return unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: limit})
}

const mountEnv = "BREAKEVEN_STORE_TEST_MOUNT"

// TestFullDisk: when there is no room left, the last committed state stays
// and the error is one line that says what to do.
func TestFullDisk(t *testing.T) {
	for _, kind := range []string{"file size", "tmpfs"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), roleEnv+"=filler", pathEnv+"="+filepath.Join(t.TempDir(), "full.duckdb"))
			if kind == "tmpfs" {
				cmd.Env = append(cmd.Env, mountEnv+"=1")
				cmd.SysProcAttr = &syscall.SysProcAttr{
					Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
					UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
					GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
				}
			}
			out, err := cmd.CombinedOutput()
			if kind == "tmpfs" && (errors.Is(err, syscall.EPERM) || strings.Contains(string(out), "operation not permitted")) {
				t.Skip("no file system can be mounted here")
			}
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			if err != nil || len(lines) != 4 {
				t.Fatalf("%v\n%s", err, out)
			}
			if !strings.Contains(lines[1], "full") || !strings.Contains(lines[1], "free some space") || strings.Contains(lines[1], "\\n") {
				t.Errorf("the error is %q", lines[1])
			}
			if lines[2] != "nil" {
				t.Errorf("ending the run and closing said more: %q", lines[2])
			}
			if lines[0] != lines[3] || lines[0] == "0" {
				t.Errorf("%s days were committed, %s can be read", lines[0], lines[3])
			}
		})
	}
}

// TestDamagedFile flips bytes all over a database, and cuts it: whoever opens
// or reads it gets its data or one line, and no crash.
func TestDamagedFile(t *testing.T) {
	w, path := openTest(t)
	for day := range 20 {
		if err := putDay(t.Context(), w, day); err != nil {
			t.Fatal(err)
		}
	}
	closeTest(t, w)
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flip := func(at, n int) []byte {
		b := append([]byte(nil), sound...)
		for i := at; i < min(at+n, len(b)); i++ {
			b[i] ^= 0xff
		}
		return b
	}
	cases := map[string][]byte{
		"empty": {}, "one byte": sound[:1], "header only": sound[:4096], "half": sound[:len(sound)/2], "no end": sound[:len(sound)-5000],
		"no magic": flip(8, 4), "headers": flip(0, 12288),
	}
	for i := range 8 {
		cases[fmt.Sprintf("flipped %d/8", i)] = flip(12288+(len(sound)-12288)/8*i, 9000)
	}
	found := 0
	for name, content := range cases {
		damaged := filepath.Join(t.TempDir(), "damaged.duckdb")
		if err := os.WriteFile(damaged, content, 0o600); err != nil {
			t.Fatal(err)
		}
		for who, err := range map[string]error{"reader": tryRead(t, damaged), "writer": tryWrite(t, damaged)} {
			if err == nil {
				continue
			}
			found++
			if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), damaged) {
				t.Errorf("%s, %s: want one line with the path, got %q", name, who, err)
			}
		}
	}
	if found < len(cases) {
		t.Errorf("damage was noticed %d times in %d files", found, len(cases))
	}
}

func tryRead(t *testing.T, path string) error {
	r, err := OpenReader(t.Context(), path, Options{Wait: time.Millisecond})
	if err != nil {
		return err
	}
	_, err = r.Inputs(t.Context(), InputsRequest{Window: model.Window{From: day0, To: day0.AddDate(0, 0, 20)}})
	return errors.Join(err, r.Close())
}

func tryWrite(t *testing.T, path string) error {
	w, err := OpenWriter(t.Context(), path, Options{Now: day0, Wait: time.Millisecond})
	if err != nil {
		return err
	}
	return w.Close(context.Background())
}
