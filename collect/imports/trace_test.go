package imports

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

const traces = "../../testdata/traces"

func openFiles(t testing.TB, paths ...string) []File {
	t.Helper()
	var files []File
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		files = append(files, File{Name: filepath.Base(p), Reader: f})
	}
	return files
}

func text(name, content string) File { return File{Name: name, Reader: strings.NewReader(content)} }

// TestRealTrace holds the sample's totals, which stand in its README.
func TestRealTrace(t *testing.T) {
	w := newWorkload()
	for _, f := range openFiles(t, traces+"/azure2019-b-500x480.csv.gz", traces+"/azure2019-b-functions.csv") {
		if err := w.add(f); err != nil {
			t.Fatal(err)
		}
	}
	sizes, err := w.complete(defaults{})
	if err != nil {
		t.Fatal(err)
	}
	var total int64
	apps, triggers := map[string]bool{}, map[string]int{}
	for _, f := range w.functions {
		total += f.invocations()
		apps[f.app] = true
		triggers[f.trigger]++
		if first, last := f.cells[0].minute, f.cells[len(f.cells)-1].minute; first < 480 || last > 959 {
			t.Errorf("%s: minutes %d to %d, want within 480 to 959", f.name, first, last)
		}
	}
	if len(w.functions) != 500 || total != 3_037_902 || len(apps) != 476 {
		t.Errorf("%d functions of %d applications, %d invocations; want 500, 476, 3037902", len(w.functions), len(apps), total)
	}
	// b002's largest memory percentile is 184.0 MB, its mean 3,673 ms.
	b002 := w.byName["b002"]
	if got := sizes[b002]; got != 192 || b002.profile.meanMs != 3673 {
		t.Errorf("b002: %d MB, %v ms; want 192, 3673", got, b002.profile.meanMs)
	}
	if got := sizes[w.byName["b001"]]; got != 128 {
		t.Errorf("b001 peaks at 68.4 MB and got %d MB, want 128", got)
	}
}

// azureHeader is the header of an invocations_per_function file.
func azureHeader() string {
	var b strings.Builder
	b.WriteString("HashOwner,HashApp,HashFunction,Trigger")
	for m := 1; m <= minutesInDay; m++ {
		fmt.Fprintf(&b, ",%d", m)
	}
	return b.String() + "\n"
}

func azureRow(owner, app, function, trigger string, counts map[int]int) string {
	var b strings.Builder
	b.WriteString(strings.Join([]string{owner, app, function, trigger}, ","))
	for m := 1; m <= minutesInDay; m++ {
		fmt.Fprintf(&b, ",%d", counts[m])
	}
	return b.String() + "\n"
}

// TestAzureLayout reads two days, two triggers of one function, two
// applications with a function of the same hash, durations and memory.
func TestAzureLayout(t *testing.T) {
	w := newWorkload()
	for _, f := range []File{
		text("d01.csv", azureHeader()+azureRow("o", "a", "f", "http", map[int]int{1: 5, 1440: 2})+
			azureRow("o", "a", "f", "timer", map[int]int{1: 1, 7: 3})+azureRow("o", "b", "f", "queue", map[int]int{2: 4})),
		text("d02.csv", azureHeader()+azureRow("o", "a", "f", "http", map[int]int{1: 9})),
		text("dur.csv", "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,percentile_Average_50,percentile_Average_99\n"+
			"o,a,f,100,3,10,500,10,90,450\no,b,f,40,1,40,40,40,40,40\n"),
		text("dur2.csv", "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum\no,a,f,200,1,5,300\n"),
		text("mem.csv", "HashOwner,HashApp,SampleCount,AverageAllocatedMb,AverageAllocatedMb_pct50,AverageAllocatedMb_pct100\no,a,9,150,160,193\no,b,9,60,60,64\n"),
	} {
		if err := w.add(f); err != nil {
			t.Fatal(err)
		}
	}
	sizes, err := w.complete(defaults{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range w.functions {
		got = append(got, fmt.Sprintf("%s %v %v %vms %v-%v p50 %v", f.name, f.cells, sizes[f], f.profile.meanMs, f.profile.minMs, f.profile.maxMs, f.profile.p50Ms))
	}
	sort.Strings(got)
	want := []string{
		"f [{1 6} {7 3} {1440 2} {1441 9}] 256 MB 125ms 5-500 p50 -1",
		"f@b [{2 4}] 128 MB 40ms 40-40 p50 40",
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

func TestMinutesOutOfOrder(t *testing.T) {
	w := newWorkload()
	if err := w.add(text("t.csv", "function,invocations,minute\nf,1,9\nf,2,3\n")); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(w.functions[0].cells); got != "[{3 2} {9 1}]" {
		t.Errorf("cells %s", got)
	}
}

func TestFlagsFillWhatFilesLack(t *testing.T) {
	w := newWorkload()
	for _, f := range []File{
		text("t.csv", "minute,function,invocations\n0,f,1\n0,g,1\n0,h,1\n"),
		text("fns.csv", "function,dur_avg_ms,mem_p50,mem_p100\nf,20,100,130\ng,,100,\n"),
	} {
		if err := w.add(f); err != nil {
			t.Fatal(err)
		}
	}
	sizes, err := w.complete(defaults{duration: 70 * time.Millisecond, memory: 1024})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		ms   float64
		size unit.MiB
	}{"f": {20, 192}, "g": {70, 128}, "h": {70, 1024}} {
		f := w.byName[name]
		if f.profile.meanMs != want.ms || sizes[f] != want.size {
			t.Errorf("%s: %v ms, %v; want %v, %v", name, f.profile.meanMs, sizes[f], want.ms, want.size)
		}
	}
}

func TestTraceRefuses(t *testing.T) {
	good := "minute,function,invocations\n480,f,1\n"
	for _, c := range []struct {
		files []File
		want  string
	}{
		{[]File{text("t.csv", "")}, "t.csv: empty"},
		{[]File{text("t.csv", "a,b\n1,2\n")}, "t.csv, line 1: no trace's header: want minute,function,invocations, the Azure Functions 2019 layout, or a file of durations or memory that goes with one"},
		{[]File{text("t.csv", good+"481,f,-1\n")}, `t.csv, line 3, field invocations: "-1" is not a whole number from 0 to 4294967295`},
		{[]File{text("t.csv", good+"481,f,1.5\n")}, `t.csv, line 3, field invocations: "1.5" is not a whole number from 0 to 4294967295`},
		{[]File{text("t.csv", good+",f,1\n")}, `t.csv, line 3, field minute: "" is not a whole number from 0 to 5270400`},
		{[]File{text("t.csv", good+"481,,1\n")}, "t.csv, line 3, field function: empty"},
		{[]File{text("t.csv", good+"481,f\n")}, "t.csv, line 3: wrong number of fields"},
		{[]File{text("t.csv", good+"480,f,2\n")}, "t.csv, field minute: minute 480 of function f is given twice"},
		{[]File{text("t.csv", good), text("f.csv", "function,dur_avg_ms\nf,x\n")}, `f.csv, line 2, field dur_avg_ms: "x" is not a number from 0 up`},
		{[]File{text("t.csv", good), text("f.csv", "function,dur_avg_ms\nf,1\nf,1\n")}, "f.csv, line 3, field function: f is given twice"},
		{[]File{text("t.csv", good)}, "the trace, field dur_avg_ms: not known for function f: give --duration or a --functions file that has it"},
		{[]File{text("t.csv", good), text("f.csv", "function,dur_avg_ms\nf,5\n")}, "f.csv, field mem_p*: not known for function f: give --memory or a --functions file that has it"},
		{[]File{text("t.csv", good), text("f.csv", "function,dur_avg_ms,mem_p100\nf,5,20000\n")}, "f.csv, field mem_p*: function f needs 20032 MB, Lambda has at most 10240 MB"},
		{[]File{text("d.csv", azureHeader()+azureRow("o", "a", "", "http", nil))}, "d.csv, line 2, field HashFunction: empty"},
	} {
		w := newWorkload()
		var err error
		for _, f := range c.files {
			if err == nil {
				err = w.add(f)
			}
		}
		if err == nil {
			_, err = w.complete(defaults{})
		}
		var in *InputError
		if !errors.As(err, &in) || err.Error() != c.want {
			t.Errorf("got error %v\nwant %s", err, c.want)
		}
	}
}

func FuzzTrace(f *testing.F) {
	f.Add("minute,function,invocations\n480,f,1\n480,g,2\n3,f,9\n")
	f.Add(azureHeader() + azureRow("o", "a", "f", "http", map[int]int{1: 5}))
	f.Add("function,dur_avg_ms,mem_p100\nf,20,130\n")
	f.Add("HashOwner,HashApp,HashFunction,Average,Count\no,a,f,1,2\n")
	f.Fuzz(func(t *testing.T, in string) {
		w := newWorkload()
		if err := w.add(text("t", in)); err != nil {
			var ie *InputError
			if !errors.As(err, &ie) {
				t.Fatalf("%q: error %T without a place", in, err)
			}
			return
		}
		for _, fn := range w.functions {
			for i := 1; i < len(fn.cells); i++ {
				if fn.cells[i-1].minute >= fn.cells[i].minute {
					t.Fatalf("%q: %s has cells %v", in, fn.name, fn.cells)
				}
			}
		}
	})
}
