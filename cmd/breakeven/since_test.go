package main

import (
	"testing"
	"time"
)

func TestParseSince(t *testing.T) {
	now := time.Date(2026, 11, 23, 1, 45, 30, 0, time.UTC)
	for in, want := range map[string]string{
		"24h":                       "2026-11-22T01:00:00Z",
		"30d":                       "2026-10-24T01:00:00Z",
		"2w":                        "2026-11-09T01:00:00Z",
		"90m":                       "2026-11-23T00:00:00Z",
		"1.5h":                      "2026-11-23T00:00:00Z",
		"mtd":                       "2026-11-01T00:00:00Z",
		"2026-11-20":                "2026-11-20T00:00:00Z",
		"2026-11-20T03:00:00+02:00": "2026-11-20T01:00:00Z",
		"455d":                      "2025-08-25T01:00:00Z",
	} {
		w, err := parseSince(in, now)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got := w.From.Format(time.RFC3339); got != want {
			t.Errorf("%s starts %s, want %s", in, got, want)
		}
		if !w.To.Equal(now) {
			t.Errorf("%s ends %s, want now", in, w.To)
		}
	}
}

func TestParseSinceAtStartOfMonth(t *testing.T) {
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	w, err := parseSince("mtd", now)
	if err != nil || !w.From.Before(w.To) {
		t.Errorf("mtd at the month's first instant: %v, %v", w, err)
	}
}

func TestParseSinceRefuses(t *testing.T) {
	now := time.Date(2026, 11, 23, 1, 45, 0, 0, time.UTC)
	for _, in := range []string{"", "d", "30", "-3d", "0h", "30y", "NaNd", "Infd", "1e300d", "457d", "2027-01-01", "yesterday"} {
		if w, err := parseSince(in, now); err == nil {
			t.Errorf("%q read as %v", in, w)
		}
	}
}
