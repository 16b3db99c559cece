package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/breakeven-dev/breakeven/model"
)

// known is a resource as it stands in the database.
type known struct {
	Resource
	firstSeen time.Time
	versions  []version // oldest first, one an instant
}

// version is a configuration and since when it holds.
type version struct {
	from   time.Time
	config json.RawMessage
}

// loadResources reads every resource and its newest configuration.
func (w *Writer) loadResources(ctx context.Context) error {
	w.refs, w.names = map[model.ResourceKey]*known{}, map[Ref]model.ResourceKey{}
	rows, err := w.conn.QueryContext(ctx, question("resources"))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k known
		var tags, config string
		err := rows.Scan(&k.Ref, &k.Key.Account, &k.Key.Region, &k.Key.Service, &k.Key.ID, &k.Key.Name, &k.App,
			&tags, &k.Origin, &k.Deleted, &k.firstSeen, &k.SeenAt, &config, &k.ValidFrom)
		if err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(tags), &k.Tags); err != nil {
			return fmt.Errorf("tags of %s: %w", k.Key.ID, err)
		}
		k.Config = json.RawMessage(config)
		w.refs[identity(k.Key)], w.names[k.Ref] = &k, k.Key
		w.next = max(w.next, k.Ref)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return w.loadVersions(ctx)
}

func (w *Writer) loadVersions(ctx context.Context) error {
	rows, err := w.conn.QueryContext(ctx, question("all_versions"))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var ref Ref
		var v version
		var config string
		if err := rows.Scan(&ref, &v.from, &config); err != nil {
			return err
		}
		v.config = json.RawMessage(config)
		if k := w.refs[identity(w.names[ref])]; k != nil {
			k.setVersion(v)
		}
	}
	return rows.Err()
}

// identity is a key without what may change (the name of a resource that has
// an ARN stays; one known by name only keeps both).
func identity(k model.ResourceKey) model.ResourceKey { return k }

// PutResources records resources and returns their refs in order. A resource
// seen before keeps its ref; a Config that differs from the one that held at
// ValidFrom opens a new version, in the past, too. What inventory says is not
// overwritten by what logs or metrics guess, and takes a guess's place.
func (w *Writer) PutResources(ctx context.Context, rs []Resource) ([]Ref, error) {
	if len(rs) == 0 {
		return nil, nil
	}
	refs := make([]Ref, len(rs))
	changed, news := map[Ref]*known{}, versionNews{}
	for i, r := range rs {
		k := w.merge(r, &news)
		refs[i] = k.Ref
		changed[k.Ref] = k
	}
	err := w.tx(ctx, "recording resources", func() error {
		if err := w.replaceResources(ctx, changed); err != nil {
			return err
		}
		return w.writeVersions(ctx, &news)
	})
	if err != nil {
		// Memory is ahead of the database now: read it again.
		if lerr := w.loadResources(context.WithoutCancel(ctx)); lerr != nil {
			return nil, fmt.Errorf("%w (and reading resources again: %w)", err, lerr)
		}
		return nil, err
	}
	return refs, nil
}

// versionNews are the versions to be written and those they replace.
type versionNews struct {
	put  map[versionKey]Resource
	drop []versionKey // a zero instant: all of the resource's
}

type versionKey struct {
	ref  Ref
	from time.Time
}

func (n *versionNews) add(ref Ref, r Resource, replaces bool) {
	if n.put == nil {
		n.put = map[versionKey]Resource{}
	}
	k := versionKey{ref, r.ValidFrom.UTC().Truncate(time.Microsecond)}
	n.put[k] = r
	if replaces {
		n.drop = append(n.drop, k)
	}
}

// merge puts r into memory and what becomes of its configurations into news.
func (w *Writer) merge(r Resource, news *versionNews) *known {
	if r.ValidFrom.IsZero() {
		r.ValidFrom = laterOf(r.SeenAt, time.Unix(0, 0))
	}
	if len(r.Config) == 0 {
		r.Config = json.RawMessage("{}")
	}
	k := w.refs[identity(r.Key)]
	if k == nil {
		w.next++
		r.Ref = w.next
		k = &known{Resource: r, firstSeen: r.SeenAt}
		w.refs[identity(r.Key)], w.names[r.Ref] = k, r.Key
	} else if guess := r.Origin != originInventory && k.Origin == originInventory; guess {
		k.SeenAt, k.Deleted = laterOf(k.SeenAt, r.SeenAt), k.Deleted || r.Deleted
		return k
	}
	if r.Origin == originInventory && k.Origin != originInventory {
		k.versions = nil // guesses are no history
		news.drop = append(news.drop, versionKey{ref: k.Ref})
		maps.DeleteFunc(news.put, func(v versionKey, _ Resource) bool { return v.ref == k.Ref })
	}
	k.SeenAt = laterOf(k.SeenAt, r.SeenAt)
	k.App, k.Tags, k.Origin, k.Deleted = r.App, r.Tags, r.Origin, r.Deleted
	if k.held(r.ValidFrom, r.Config) {
		return k
	}
	news.add(k.Ref, r, k.setVersion(version{r.ValidFrom, r.Config}))
	newest := k.versions[len(k.versions)-1]
	k.Config, k.ValidFrom = newest.config, newest.from
	return k
}

// held reports whether config is known to have held at an instant.
func (k *known) held(at time.Time, config json.RawMessage) bool {
	for _, v := range slices.Backward(k.versions) {
		if !v.from.After(at) {
			return sameJSON(v.config, config)
		}
	}
	return false
}

// setVersion puts v in its place and reports whether it replaces another of
// the same instant.
func (k *known) setVersion(v version) bool {
	v.from = v.from.UTC().Truncate(time.Microsecond) // DuckDB's resolution
	i, found := slices.BinarySearchFunc(k.versions, v, func(a, b version) int { return a.from.Compare(b.from) })
	if found {
		k.versions[i] = v
		return true
	}
	k.versions = slices.Insert(k.versions, i, v)
	return false
}

// writeVersions brings the table of versions up to date.
func (w *Writer) writeVersions(ctx context.Context, news *versionNews) error {
	if len(news.drop) > 0 {
		if err := w.doom(ctx, nil); err != nil {
			return err
		}
		err := w.append("doomed", len(news.drop), func(a *duckdb.Appender, i int) error {
			if news.drop[i].from.IsZero() {
				return a.AppendRow(int32(news.drop[i].ref), nil, nil)
			}
			return a.AppendRow(int32(news.drop[i].ref), news.drop[i].from, nil)
		})
		if err != nil {
			return err
		}
		if _, err := w.conn.ExecContext(ctx, question("drop_versions")); err != nil {
			return err
		}
	}
	keys := slices.SortedFunc(maps.Keys(news.put), func(a, b versionKey) int {
		return cmp.Or(cmp.Compare(a.ref, b.ref), a.from.Compare(b.from))
	})
	return w.append("resource_version", len(keys), func(a *duckdb.Appender, i int) error {
		v := news.put[keys[i]]
		return a.AppendRow(int32(keys[i].ref), keys[i].from, v.SeenAt.UTC(), string(v.Config))
	})
}

const originInventory = "inventory"

// sameJSON compares two documents without regard to layout and key order.
func sameJSON(a, b json.RawMessage) bool {
	if string(a) == string(b) {
		return true
	}
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	xb, xerr := json.Marshal(x)
	yb, yerr := json.Marshal(y)
	return xerr == nil && yerr == nil && string(xb) == string(yb)
}

// replaceResources writes the rows of changed resources anew.
func (w *Writer) replaceResources(ctx context.Context, changed map[Ref]*known) error {
	list := slices.Sorted(maps.Keys(changed))
	if err := w.doom(ctx, list); err != nil {
		return err
	}
	if _, err := w.conn.ExecContext(ctx, "DELETE FROM resource WHERE id IN (SELECT resource FROM doomed)"); err != nil {
		return err
	}
	return w.append("resource", len(list), func(a *duckdb.Appender, i int) error {
		k := changed[list[i]]
		tags := []byte("{}")
		if len(k.Tags) > 0 {
			var err error
			if tags, err = json.Marshal(k.Tags); err != nil {
				return err
			}
		}
		return a.AppendRow(int32(k.Ref), string(k.Key.Account), string(k.Key.Region), k.Key.Service, string(k.Key.ID),
			k.Key.Name, k.App, string(tags), k.Origin, k.Deleted, k.firstSeen.UTC(), k.SeenAt.UTC())
	})
}

// doom fills the temporary table of refs that a DELETE joins with.
func (w *Writer) doom(ctx context.Context, refs []Ref) error {
	_, err := w.conn.ExecContext(ctx, "CREATE OR REPLACE TEMP TABLE doomed (resource INTEGER, from_ts TIMESTAMP, to_ts TIMESTAMP)")
	if err != nil {
		return err
	}
	return w.append("doomed", len(refs), func(a *duckdb.Appender, i int) error {
		return a.AppendRow(int32(refs[i]), nil, nil)
	})
}

// Resources returns what is known of a service's resources, by ref.
func (w *Writer) Resources(_ context.Context, service string) ([]Resource, error) {
	var out []Resource
	for _, k := range w.refs {
		if k.Key.Service == service && k.Key.ID != "" {
			out = append(out, k.Resource)
		}
	}
	slices.SortFunc(out, func(a, b Resource) int { return int(a.Ref - b.Ref) })
	return out, nil
}
