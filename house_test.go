package breakeven

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "github.com/breakeven-dev/breakeven"

// pkg is what go list tells about a package.
type pkg struct {
	ImportPath  string
	Dir         string
	Doc         string
	GoFiles     []string
	Imports     []string
	TestImports []string
	Standard    bool
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Doc,GoFiles,Imports,TestImports,Standard", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// layer returns the first folder below the module of an import path, and
// false for other modules.
func layer(path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, module+"/")
	if !ok {
		return "", false
	}
	first, _, _ := strings.Cut(rest, "/")
	return first, true
}

// TestImportsRunOneWay pins cmd → tui, report, collect → store → model.
func TestImportsRunOneWay(t *testing.T) {
	mayImport := map[string]string{
		"cmd":      "cmd tui report collect store model",
		"tui":      "tui model",
		"report":   "report model",
		"collect":  "collect store model",
		"store":    "store model",
		"model":    "model",
		"testdata": "",
	}
	for _, p := range packages(t) {
		from, inside := layer(p.ImportPath)
		if !inside {
			continue
		}
		allowed, known := mayImport[from]
		if !known {
			t.Errorf("%s: a new top-level folder must be named in this test", p.ImportPath)
		}
		for _, imp := range p.Imports {
			to, ours := layer(imp)
			if ours && !strings.Contains(" "+allowed+" ", " "+to+" ") {
				t.Errorf("%s imports %s: %s may import only [%s]", p.ImportPath, imp, from, allowed)
			}
		}
	}
}

// TestModelIsPure keeps I/O, clocks, the AWS SDK and SQL out of model.
func TestModelIsPure(t *testing.T) {
	libraries := []string{"gonum.org/v1/gonum/", "github.com/shopspring/decimal"}
	forbidden := []string{"os", "os/exec", "net", "net/http", "database/sql", "syscall", "io/ioutil"}
	for _, p := range packages(t) {
		if from, ok := layer(p.ImportPath); !ok || from != "model" || strings.Contains(p.ImportPath, "/internal/") {
			continue
		}
		allowed := libraries
		if strings.HasSuffix(p.ImportPath, "/model/usage") {
			allowed = append(allowed, "gopkg.in/yaml.v3")
		}
		for _, imp := range p.Imports {
			if _, ours := layer(imp); ours {
				continue
			}
			first, _, _ := strings.Cut(imp, "/")
			if strings.Contains(first, ".") && !hasAnyPrefix(imp, allowed) {
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
			for _, f := range forbidden {
				if imp == f {
					t.Errorf("%s imports %s: model does no I/O", p.ImportPath, imp)
				}
			}
		}
		for _, file := range p.GoFiles {
			src, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(src), "time.Now(") {
				t.Errorf("%s/%s reads the clock: now is a parameter", p.ImportPath, file)
			}
		}
	}
}

func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// TestSimulatorIsIndependent keeps the simulated account's truth from being
// computed by the code that it judges.
func TestSimulatorIsIndependent(t *testing.T) {
	found := false
	for _, p := range packages(t) {
		if !strings.HasPrefix(p.ImportPath, module+"/collect/awstest") {
			continue
		}
		found = true
		for _, imp := range p.Imports {
			if from, ours := layer(imp); ours && !strings.HasPrefix(imp, module+"/collect/awstest") {
				t.Errorf("%s imports %s (%s)", p.ImportPath, imp, from)
			}
		}
	}
	if !found {
		t.Error("collect/awstest is gone: this test guards nothing")
	}
}

// TestOnlyStoreSpeaksSQL keeps the database behind one package.
func TestOnlyStoreSpeaksSQL(t *testing.T) {
	for _, p := range packages(t) {
		if from, ok := layer(p.ImportPath); !ok || from == "store" {
			continue
		}
		for _, imp := range p.Imports {
			if imp == "database/sql" || strings.HasPrefix(imp, "github.com/duckdb/") {
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
		}
	}
}

// TestPackagesAreCommented requires a comment on every package that says
// more than its name.
func TestPackagesAreCommented(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) > 0 && len(p.Doc) < 40 {
			t.Errorf("%s: package comment is %q", p.ImportPath, p.Doc)
		}
	}
}

// TestExportedNamesAreCommented requires a doc comment on every exported
// declaration outside tests.
func TestExportedNamesAreCommented(t *testing.T) {
	for _, p := range packages(t) {
		for _, file := range p.GoFiles {
			path := filepath.Join(p.Dir, file)
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range uncommented(f) {
				t.Errorf("%s/%s: %s has no doc comment", p.ImportPath, file, name)
			}
		}
	}
}
