package imports

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/collect/reportlog"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// LogOptions say what log files do not. The zero value relies on the input.
type LogOptions struct {
	// Function is the ARN or name of the function that wrote all of the
	// files. It overrides what the input says.
	Function string
	// Account and Region fill what neither Function, the input, nor a stored
	// function of the same name tells.
	Account unit.AccountID
	Region  unit.Region
	// DefaultRegion is the last resort; using it is told in the result.
	DefaultRegion unit.Region
	// Keep is how many malformed lines are kept; 0 means 20.
	Keep int
	// Now is when the functions found are first seen.
	Now time.Time
}

// UnknownAccount stands for the account of a log that does not tell it.
const UnknownAccount unit.AccountID = "unknown"

// MalformedLine is a REPORT line that could not be read.
type MalformedLine struct {
	File   string `json:"file"`
	Line   int64  `json:"line"`
	Reason string `json:"reason"`
}

// LogResult is what an import of logs found.
type LogResult struct {
	Files     int   `json:"files"`
	Functions int   `json:"functions"`
	Bytes     int64 `json:"bytes"` // uncompressed
	Reports   int64 `json:"reports"`
	// Stored are the reports that were not in the database before.
	Stored int64 `json:"stored"`
	// Undated are the reports without a time: they are in no month.
	Undated   int64           `json:"undated"`
	TooLong   int64           `json:"too_long"`
	Malformed int64           `json:"malformed"`
	Kept      []MalformedLine `json:"malformed_lines"` // the first of them
	// AssumedRegion is the region that nothing told, AssumedAccount whether
	// UnknownAccount was used.
	AssumedRegion  unit.Region `json:"assumed_region,omitempty"`
	AssumedAccount bool        `json:"assumed_account,omitempty"`
}

// Logs stores the REPORT lines of files. Each file is one load: it is stored
// whole or not at all, and what is stored already is not stored again. An
// *InputError is a file that cannot be used.
func Logs(ctx context.Context, st Store, files []File, o LogOptions) (LogResult, error) {
	l, err := newLogImport(ctx, st, o)
	if err != nil {
		return LogResult{}, err
	}
	for _, f := range files {
		if err := l.file(ctx, f); err != nil {
			return l.result, err
		}
		l.result.Files++
	}
	l.result.Functions = len(l.functions)
	return l.result, nil
}

// logImport is the state of one call of Logs.
type logImport struct {
	store     Store
	options   LogOptions
	given     identity // by --function
	known     []store.Resource
	functions map[unit.ResourceID]store.Ref
	// refs caches whose invocations the events of a group and stream are.
	refs   map[string]store.Ref
	result LogResult
}

func newLogImport(ctx context.Context, st Store, o LogOptions) (*logImport, error) {
	l := &logImport{store: st, options: o, functions: map[unit.ResourceID]store.Ref{}}
	if o.Keep == 0 {
		l.options.Keep = 20
	}
	var err error
	if o.Function != "" {
		if l.given, err = parseFunction(o.Function); err != nil {
			return nil, &InputError{File: "--function", Wrong: err.Error()}
		}
	}
	l.known, err = st.Resources(ctx, lambdaService)
	if err != nil {
		return nil, fmt.Errorf("reading the stored inventory: %w", err)
	}
	return l, nil
}

// checkEvery is how many reports pass between two looks at the context.
const checkEvery = 1 << 14

// file stores one file's reports.
func (l *logImport) file(ctx context.Context, f File) (err error) {
	load, err := l.store.NewInvocationLoad(ctx, "logs:"+f.Name)
	if err != nil {
		return err
	}
	committed := false
	defer func() {
		if !committed {
			err = errors.Join(err, load.Abort())
		}
	}()
	l.refs = map[string]store.Ref{}
	var key []byte
	var row store.Invocation
	n := 0
	stats, err := reportlog.Read(f.Reader, reportlog.Handler{
		Event: func(e *reportlog.Event) error {
			if n++; n%checkEvery == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			key = append(append(append(append(append(key[:0], e.Group...), 0), streamKey(e)...), 0), e.Account...)
			ref, ok := l.refs[string(key)]
			if !ok {
				var err error
				if ref, err = l.resolve(ctx, f.Name, e); err != nil {
					return err
				}
				l.refs[string(key)] = ref
			}
			if e.At.IsZero() {
				l.result.Undated++
			}
			fill(&row, e)
			if err := load.Append(ref, &row); err != nil {
				return &storeError{err}
			}
			return nil
		},
		Malformed: func(m reportlog.Malformed) {
			if len(l.result.Kept) < l.options.Keep {
				l.result.Kept = append(l.result.Kept, MalformedLine{f.Name, m.Line, m.Reason.Error()})
			}
		},
	})
	l.result.Bytes += stats.Bytes
	l.result.Reports += stats.Reports
	l.result.Malformed += stats.Malformed
	l.result.TooLong += stats.TooLong
	if err != nil {
		return readError(f.Name, err)
	}
	committed = true
	added, _, err := load.Commit()
	l.result.Stored += added
	return err
}

// storeError is a fault of the database, not of the input being read.
type storeError struct{ err error }

func (e *storeError) Error() string { return e.err.Error() }
func (e *storeError) Unwrap() error { return e.err }

// streamKey is the part of a stream's name that can tell functions apart:
// none where the group does.
func streamKey(e *reportlog.Event) []byte {
	if len(e.Group) > 0 && ofGroupBytes(e.Group) {
		return nil
	}
	if open := slices.Index(e.Stream, '['); open > 0 {
		return e.Stream[:open]
	}
	return nil
}

func ofGroupBytes(group []byte) bool {
	return len(group) > len(groupPrefix) && string(group[:len(groupPrefix)]) == groupPrefix
}

// readError tells a fault of the input from one of the database.
func readError(name string, err error) error {
	var in *InputError
	var stored *storeError
	switch {
	case errors.As(err, &in), errors.As(err, &stored), errors.Is(err, context.Canceled):
		return err
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return &InputError{File: name, Wrong: err.Error()}
}

func fill(row *store.Invocation, e *reportlog.Event) {
	*row = store.Invocation{
		RequestID: e.RequestID, At: e.At,
		DurationMs: e.DurationMs, BilledMs: e.BilledMs,
		InitMs: e.InitMs, RestoreMs: e.RestoreMs, BilledRestoreMs: e.BilledRestoreMs,
		Memory: e.Memory, MaxMemoryUsed: e.MaxMemoryUsed,
		Status: e.Status, ErrorType: e.ErrorType,
	}
}

// resolve finds or creates the function that an event belongs to.
func (l *logImport) resolve(ctx context.Context, file string, e *reportlog.Event) (store.Ref, error) {
	id := l.given
	if id.name == "" {
		id = ofGroup(string(e.Group), string(e.Stream)).fill(identity{account: unit.AccountID(e.Account)}).fill(ofPath(file))
	}
	if id.name == "" {
		return 0, &InputError{File: file, Line: int(e.Line), Wrong: "neither the input nor the file's path tells which function this is: give --function NAME or ARN"}
	}
	id = id.fill(identity{account: l.options.Account, region: l.options.Region})
	if r, ok := id.among(l.known); ok {
		l.functions[r.Key.ID] = r.Ref
		return r.Ref, nil
	}
	if id.region == "" {
		id.region = l.options.DefaultRegion
		l.result.AssumedRegion = id.region
	}
	if id.account == "" {
		id.account = UnknownAccount
		l.result.AssumedAccount = true
	}
	return l.create(ctx, id, max(0, e.Memory))
}

// create stores a function that only its log tells of. What it says of
// memory is its newest known size until a collection brings more; the
// architecture stands in no REPORT line and is taken for Lambda's default.
func (l *logImport) create(ctx context.Context, id identity, memory unit.MiB) (store.Ref, error) {
	config, err := configOf(memory, unit.X86)
	if err != nil {
		return 0, err
	}
	r := store.Resource{Key: functionKey(id.account, id.region, id.name), Config: config, SeenAt: l.options.Now, Origin: "logs"}
	refs, err := l.store.PutResources(ctx, []store.Resource{r})
	if err != nil {
		return 0, &storeError{err}
	}
	r.Ref = refs[0]
	l.known = append(l.known, r)
	l.functions[r.Key.ID] = r.Ref
	return r.Ref, nil
}
