package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/report"
	"github.com/breakeven-dev/breakeven/store"
)

func newQuery(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   `query "SQL"`,
		Short: "Ask the database in SQL, reading only",
		Long: `Run one SQL statement that reads, in DuckDB's dialect, over these views:

  resources     account_id, region, service, resource_id, name, app, tags,
                config (JSON), first_seen, last_seen
  metrics       account_id, region, service, resource_id, metric, stat,
                period_s, ts (UTC), value
  invocations   account_id, region, resource_id, request_id, ts, duration_ms,
                billed_duration_ms, init_duration_ms, restore_duration_ms,
                memory_size_mb, max_memory_used_mb, status, source
  hourly_costs  ts, account_id, region, service, resource_id, dimension,
                quantity, unit, cost_usd
  gaps          account_id, region, service, resource_id, metric, from_ts,
                to_ts, reason
  api_calls     ts, operation, requests, billed_units, cost_usd

Nothing can be written, no other file read or made, and no extension loaded.
While a collection runs, the complete state before it answers.`,
		Example: `  breakeven query "SELECT name, config->>'$.memory_mb' FROM resources"
  breakeven query "SELECT dimension, sum(cost_usd) FROM hourly_costs GROUP BY ALL" -o json
  breakeven query "FROM metrics WHERE metric = 'Errors'" -o csv > errors.csv`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageErrorf("query wants one statement, in quotes: breakeven query \"SELECT * FROM resources\"")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return a.query(c.Context(), args[0]) },
	}
}

// query runs one statement and prints its answer.
func (a *app) query(ctx context.Context, statement string) (err error) {
	r, err := a.openReader(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if s := r.State(); s.Published && !a.global.quiet {
		fmt.Fprintf(a.err, "a collection has been running since %s; this is the state before it\n", hourText(s.CollectingSince))
	}
	rows, err := r.Query(ctx, statement)
	if err != nil {
		return queryFailed(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	out := bufio.NewWriter(a.out)
	switch a.global.output {
	case "json":
		err = a.answerJSON(out, rows)
	case "ndjson":
		err = eachObject(rows, func(o json.RawMessage) error {
			_, err := out.Write(append(o, '\n'))
			return err
		})
	case "csv":
		err = answerCSV(out, rows)
	default:
		err = a.answerTable(out, rows)
	}
	return errors.Join(queryFailed(err), out.Flush())
}

// queryFailed gives an error in the statement its exit code.
func queryFailed(err error) error {
	var wrong *store.QueryError
	if errors.As(err, &wrong) {
		return withCode(exitUsage, wrong)
	}
	return err
}

// answerJSON writes one object with the rows as objects.
func (a *app) answerJSON(w io.Writer, rows *store.Rows) error {
	answer := struct {
		Columns []string          `json:"columns"`
		Rows    []json.RawMessage `json:"rows"`
	}{columnKeys(rows.Columns), []json.RawMessage{}}
	err := eachObject(rows, func(o json.RawMessage) error {
		answer.Rows = append(answer.Rows, bytes.Clone(o))
		return nil
	})
	if err != nil {
		return err
	}
	book := a.book()
	info := model.BookInfo{Version: book.Version(), AsOf: book.AsOf()}
	return report.WriteJSON(w, report.NewEnvelope(a.now(), info, nil), answer)
}

// eachObject hands every row to do as a JSON object whose keys are in column
// order. The object may be overwritten after do returns.
func eachObject(rows *store.Rows, do func(json.RawMessage) error) error {
	keys := make([][]byte, len(rows.Columns))
	for i, k := range columnKeys(rows.Columns) {
		key, err := json.Marshal(k)
		if err != nil {
			return err
		}
		keys[i] = append(key, ':')
	}
	var b bytes.Buffer
	return eachRow(rows, func(values []any) error {
		b.Reset()
		b.WriteByte('{')
		for i, v := range values {
			if i > 0 {
				b.WriteByte(',')
			}
			text, err := json.Marshal(jsonValue(v))
			if err != nil {
				return fmt.Errorf("writing column %s: %w", rows.Columns[i].Name, err)
			}
			b.Write(keys[i])
			b.Write(text)
		}
		b.WriteByte('}')
		return do(b.Bytes())
	})
}

func eachRow(rows *store.Rows, do func([]any) error) error {
	for rows.Next() {
		values, err := rows.Values()
		if err == nil {
			err = do(values)
		}
		if err != nil {
			return err
		}
	}
	return rows.Err()
}

// columnKeys are the columns' names, told apart by a number where two are
// alike.
func columnKeys(columns []store.QueryColumn) []string {
	out, seen := make([]string, len(columns)), map[string]bool{}
	for i, c := range columns {
		name := c.Name
		for n := 2; seen[name]; n++ {
			name = c.Name + "_" + strconv.Itoa(n)
		}
		out[i], seen[name] = name, true
	}
	return out
}

// jsonValue makes numbers of decimals and null of what JSON has no number for.
func jsonValue(v any) any {
	switch v := v.(type) {
	case decimal.Decimal:
		return json.Number(v.String())
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = jsonValue(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			out[k] = jsonValue(v[k])
		}
		return out
	}
	return v
}

// answerCSV writes the rows under a header, unrounded, NULL as empty field.
func answerCSV(w io.Writer, rows *store.Rows) error {
	out := csv.NewWriter(w)
	if err := out.Write(columnKeys(rows.Columns)); err != nil {
		return err
	}
	line := make([]string, len(rows.Columns))
	err := eachRow(rows, func(values []any) error {
		for i, v := range values {
			line[i] = plainText(v)
			if text, ok := v.(string); ok {
				line[i] = textsafe.Line(text)
				if text != "" && strings.ContainsRune("=+-@", rune(text[0])) {
					line[i] = "'" + line[i] // a spreadsheet would run it as a formula
				}
			}
		}
		return out.Write(line)
	})
	out.Flush()
	return errors.Join(err, out.Error())
}

// plainText prints a value without rounding; nothing for NULL.
func plainText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case []any, map[string]any:
		if text, err := json.Marshal(jsonValue(v)); err == nil {
			return string(text)
		}
	}
	return fmt.Sprint(v)
}

// answerTable lays the rows out for people. Numbers stay as they are: no
// separators, no rounding, so that they can be copied into the next query.
func (a *app) answerTable(w io.Writer, rows *store.Rows) error {
	t := report.Table{Name: "rows", GeneratedAt: a.now()}
	for _, c := range rows.Columns {
		column := report.Column{Key: c.Name, Title: c.Name, Kind: report.Text}
		if numeric(c.Type) {
			column.Kind = report.Number // aligned to the right
		}
		t.Columns = append(t.Columns, column)
	}
	err := eachRow(rows, func(values []any) error {
		cells := make([]any, len(values))
		for i, v := range values {
			if v != nil {
				cells[i] = plainText(v)
			}
		}
		t.Rows = append(t.Rows, report.Row{Cells: cells})
		return nil
	})
	if err != nil {
		return err
	}
	return report.Write(w, t, a.global.output, report.Layout{})
}

// numeric reports whether a DuckDB type is a number.
func numeric(kind string) bool {
	return strings.HasPrefix(kind, "DECIMAL") || strings.HasSuffix(kind, "INT") || strings.HasSuffix(kind, "INTEGER") ||
		kind == "DOUBLE" || kind == "FLOAT"
}
