package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
	"github.com/shopspring/decimal"
)

// QueryError is a statement that is wrong, or that does more than read.
type QueryError struct{ Reason string }

func (e *QueryError) Error() string { return e.Reason }

// Rows is a running query's answer. Close it.
type Rows struct {
	// Columns in order, as the statement names them.
	Columns []QueryColumn
	conn    *sql.Conn
	rows    *sql.Rows
}

// QueryColumn is a column of an answer.
type QueryColumn struct {
	Name string
	Type string // DuckDB's: "VARCHAR", "DECIMAL(38,9)"
}

// locked are the settings of a session that runs somebody's SQL: nothing
// outside the database file can be read or written, no extension loaded, and
// none of it switched back on.
var locked = []string{
	"SET allow_community_extensions = false",
	"SET autoinstall_known_extensions = false",
	"SET autoload_known_extensions = false",
	"SET enable_external_access = false",
	"SET lock_configuration = true",
}

// Query runs one statement that only reads: SELECT, FROM, WITH, VALUES, SHOW,
// DESCRIBE, SUMMARIZE or EXPLAIN. The database is open read-only, and from
// the first Query on the session is locked: other files, the network,
// extensions and settings are out of reach. Errors in the statement are a
// QueryError of one line.
func (r *Reader) Query(ctx context.Context, text string) (*Rows, error) {
	conn, err := r.db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("querying %s: %w", r.path, plain(err))
	}
	rows, err := r.query(ctx, conn, text)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	out := &Rows{conn: conn, rows: rows}
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, errors.Join(queryError(ctx, err), out.Close())
	}
	for _, t := range types {
		out.Columns = append(out.Columns, QueryColumn{Name: t.Name(), Type: t.DatabaseTypeName()})
	}
	return out, nil
}

func (r *Reader) query(ctx context.Context, conn *sql.Conn, text string) (*sql.Rows, error) {
	if !r.sealed {
		for _, s := range locked {
			if _, err := conn.ExecContext(ctx, s); err != nil {
				return nil, fmt.Errorf("locking the session: %w", plain(err))
			}
		}
		r.sealed = true
	}
	if err := conn.Raw(func(c any) error { return readsOnly(c.(driver.Conn), text) }); err != nil {
		return nil, queryError(ctx, err)
	}
	rows, err := conn.QueryContext(ctx, text)
	if err != nil {
		return nil, queryError(ctx, err)
	}
	return rows, nil
}

// readsOnly parses text and refuses what is not one reading statement. It
// comes before anything runs: the library would execute all statements but
// the last while it prepares them.
func readsOnly(c driver.Conn, text string) error {
	raw, err := rawConnection(c)
	if err != nil {
		return err
	}
	var parsed mapping.ExtractedStatements
	n := mapping.ExtractStatements(raw, text, &parsed)
	defer mapping.DestroyExtracted(&parsed)
	if msg := mapping.ExtractStatementsError(parsed); msg != "" {
		return &QueryError{oneLine(msg)}
	}
	if n != 1 {
		return &QueryError{fmt.Sprintf("want one statement, got %d", n)}
	}
	var stmt mapping.PreparedStatement
	defer mapping.DestroyPrepare(&stmt)
	if mapping.PrepareExtractedStatement(raw, parsed, 0, &stmt) == mapping.StateError {
		return &QueryError{oneLine(mapping.PrepareError(stmt))}
	}
	switch mapping.PreparedStatementType(stmt) {
	case mapping.StatementTypeSelect, mapping.StatementTypeExplain:
	default:
		return &QueryError{"only reading is allowed: SELECT, FROM, WITH, VALUES, SHOW, DESCRIBE, SUMMARIZE or EXPLAIN"}
	}
	if mapping.NParams(stmt) > 0 {
		return &QueryError{"parameters (? or $1) have no values here: write them into the statement"}
	}
	return nil
}

// queryError puts what DuckDB says of a statement into one line.
func queryError(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return errors.Join(ctx.Err())
	}
	var already *QueryError
	if errors.As(err, &already) {
		return already
	}
	text := err.Error()
	var duck *duckdb.Error
	if errors.As(err, &duck) {
		text = duck.Msg
	}
	return &QueryError{oneLine(text)}
}

// oneLine keeps DuckDB's message and, where it gives them, its candidates.
func oneLine(s string) string {
	var out []string
	for _, l := range strings.Split(s, "\n") {
		l = strings.TrimSpace(l)
		if strings.HasPrefix(l, "LINE ") {
			break
		}
		if l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, " ")
}

// Next advances to the next row; false at the end or on an error (see Err).
func (r *Rows) Next() bool { return r.rows.Next() }

// Err is the error that ended Next, if one did.
func (r *Rows) Err() error { return queryError(context.Background(), r.rows.Err()) }

// Close ends the query.
func (r *Rows) Close() error { return errors.Join(r.rows.Close(), r.conn.Close()) }

// Values returns the current row: nil, bool, int64, float64, string,
// time.Time, decimal.Decimal (whole numbers beyond 64 bits, too), or []any
// and map[string]any of these.
func (r *Rows) Values() ([]any, error) {
	out := make([]any, len(r.Columns))
	into := make([]any, len(out))
	for i := range out {
		into[i] = &out[i]
	}
	if err := r.rows.Scan(into...); err != nil {
		return nil, queryError(context.Background(), err)
	}
	for i := range out {
		out[i] = simple(out[i], r.Columns[i].Type)
	}
	return out, nil
}

// simple turns one of DuckDB's many types into one of few.
func simple(v any, kind string) any {
	switch v := v.(type) {
	case nil, bool, int64, float64, string:
		return v
	case time.Time:
		return simpleTime(v, kind)
	case duckdb.Decimal:
		return decimal.NewFromBigInt(v.Value, -int32(v.Scale))
	case duckdb.UUID:
		return v.String()
	case []byte:
		return fmt.Sprintf("\\x%x", v)
	case duckdb.Interval:
		return fmt.Sprintf("%d months %d days %s", v.Months, v.Days, time.Duration(v.Micros)*time.Microsecond)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = simple(v[i], "")
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			out[k] = simple(v[k], "")
		}
		return out
	case fmt.Stringer: // *big.Int among them
		if d, err := decimal.NewFromString(v.String()); err == nil {
			return d
		}
		return v.String()
	}
	return simpleNumber(v)
}

func simpleTime(t time.Time, kind string) any {
	switch kind {
	case "DATE":
		return t.UTC().Format(time.DateOnly)
	case "TIME":
		return t.UTC().Format("15:04:05.999999")
	}
	return t.UTC()
}

func simpleNumber(v any) any {
	switch v := v.(type) {
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case uint8:
		return int64(v)
	case uint16:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		return decimal.NewFromUint64(v)
	case float32:
		return float64(v)
	}
	return fmt.Sprint(v)
}
