package main

import (
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

func TestWindow(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 20, 0, 0, time.UTC)
	held := model.Window{From: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), To: now.Truncate(time.Hour)}
	old := model.Window{From: time.Date(2019, 7, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2019, 7, 15, 0, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		flags    windowFlags
		held     model.Window
		from, to string // empty: refused
	}{
		{windowFlags{}, held, "2026-10-24T09:00:00Z", "2026-11-23T09:00:00Z"},
		{windowFlags{}, old, "2019-07-01T00:00:00Z", "2019-07-15T00:00:00Z"},
		{windowFlags{since: "24h"}, held, "2026-11-22T09:00:00Z", "2026-11-23T10:00:00Z"},
		{windowFlags{since: "mtd"}, held, "2026-11-01T00:00:00Z", "2026-11-23T10:00:00Z"},
		{windowFlags{from: "2026-10-05"}, held, "2026-10-05T00:00:00Z", "2026-11-23T10:00:00Z"},
		{windowFlags{from: "2026-10-05", to: "2026-10-06T12:30:00Z"}, held, "2026-10-05T00:00:00Z", "2026-10-06T13:00:00Z"},
		{windowFlags{to: "2026-10-06"}, held, "2026-10-01T00:00:00Z", "2026-10-06T00:00:00Z"},
		{windowFlags{since: "24h", from: "2026-10-05"}, held, "", ""},
		{windowFlags{from: "2026-10-06", to: "2026-10-06"}, held, "", ""},
		{windowFlags{from: "yesterday"}, held, "", ""},
		{windowFlags{since: "-3d"}, held, "", ""},
	} {
		w, err := c.flags.window(now, c.held)
		if c.from == "" {
			if err == nil {
				t.Errorf("%+v is accepted as %v", c.flags, w)
			}
			continue
		}
		if got := w.From.Format(time.RFC3339) + " " + w.To.Format(time.RFC3339); err != nil || got != c.from+" "+c.to {
			t.Errorf("%+v = %s (%v), want %s %s", c.flags, got, err, c.from, c.to)
		}
	}
}
