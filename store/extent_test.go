package store

import (
	"context"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// TestExtentIsThatOfTheUsage holds the cheap question against the view of all
// that is billed: hours of silence at either end do not count.
func TestExtentIsThatOfTheUsage(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to int // hours after day0; equal where there is nothing
		put      func(t *testing.T, w *Writer)
	}{
		{"nothing", 0, 0, func(*testing.T, *Writer) {}},
		{"silence", 0, 0, func(t *testing.T, w *Writer) {
			putBlocks(t, w, block(put(t, w, function("quiet", 128))[0], day0, 24, 0, 0))
		}},
		{"calls between silence", 5, 9, func(t *testing.T, w *Writer) {
			r := put(t, w, function("a", 128))[0]
			putBlocks(t, w, block(r, day0, 5, 0, 0), block(r, day0.Add(5*time.Hour), 4, 3, 20), block(r, day0.Add(9*time.Hour), 5, 0, 0))
		}},
		{"two functions", 2, 30, func(t *testing.T, w *Writer) {
			refs := put(t, w, function("a", 128), function("b", 256))
			putBlocks(t, w, block(refs[0], day0.Add(2*time.Hour), 3, 1, 1), block(refs[1], day0.Add(28*time.Hour), 2, 7, 1))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, path := openTest(t)
			c.put(t, w)
			if err := w.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			want := model.Window{From: day0.Add(time.Duration(c.from) * time.Hour), To: day0.Add(time.Duration(c.to) * time.Hour)}
			checkExtent(t, "writer", want, w.Extent)
			if n := count(t, w.conn, "SELECT count(DISTINCT hour) FROM usage_hours WHERE hour < $1 OR hour >= $2", want.From, want.To); n != 0 {
				t.Errorf("the view of all usage has %d hours outside %v", n, want)
			}
			closeTest(t, w)
			r, err := OpenReader(t.Context(), path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			checkExtent(t, "reader", want, r.Extent)
		})
	}
}

func checkExtent(t *testing.T, who string, want model.Window, extent func(context.Context) (model.Window, bool, error)) {
	t.Helper()
	got, some, err := extent(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if some != want.From.Before(want.To) || some && (!got.From.Equal(want.From) || !got.To.Equal(want.To)) {
		t.Errorf("%s: extent %v to %v (%v), want %v to %v", who, got.From, got.To, some, want.From, want.To)
	}
}
