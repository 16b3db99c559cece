// Package report prints finished values: tables, JSON, CSV, Markdown and the
// self-contained HTML report. It decides nothing; what it prints was computed
// by package model.
package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// SchemaVersion is the version of every JSON document breakeven writes. Keys
// are only ever added within a version.
const SchemaVersion = 1

// Envelope is the head of every JSON document.
type Envelope struct {
	SchemaVersion int            `json:"schema_version"`
	GeneratedAt   time.Time      `json:"generated_at"`
	Currency      string         `json:"currency"`
	PriceBook     model.BookInfo `json:"price_book"`
	Warnings      []string       `json:"warnings"`
}

// NewEnvelope returns the head of a document generated at now.
func NewEnvelope(now time.Time, book model.BookInfo, warnings []model.Warning) Envelope {
	e := Envelope{SchemaVersion: SchemaVersion, GeneratedAt: now.UTC(), Currency: "USD", PriceBook: book, Warnings: []string{}}
	for _, w := range warnings {
		e.Warnings = append(e.Warnings, w.Text)
	}
	return e
}

// WriteJSON writes one indented JSON object: the envelope's keys, then those
// of body, which must marshal to an object.
func WriteJSON(w io.Writer, e Envelope, body any) error {
	head, err := json.Marshal(e)
	if err != nil {
		return err
	}
	tail, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if len(tail) < 2 || tail[0] != '{' {
		return fmt.Errorf("writing JSON: body is %T, not an object", body)
	}
	if len(tail) > 2 {
		head = append(append(head[:len(head)-1], ','), tail[1:]...)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, head, "", "  "); err != nil {
		return err
	}
	out.WriteByte('\n')
	_, err = w.Write(out.Bytes())
	return err
}
