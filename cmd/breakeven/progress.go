package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/breakeven-dev/breakeven/collect"
)

// progress shows how far a collection is: one line that is drawn over on a
// terminal, a plain line now and then elsewhere.
type progress struct {
	out   io.Writer
	tty   bool
	clock func() time.Time
	last  time.Time
	drawn bool
}

const (
	progressRedraw = 100 * time.Millisecond
	progressLine   = 5 * time.Second
	progressWidth  = 24
)

func newProgress(out io.Writer, tty bool, clock func() time.Time) *progress {
	return &progress{out: out, tty: tty, clock: clock, last: clock()}
}

// show is called with every step; it draws at most as often as an eye can
// follow.
func (p *progress) show(s collect.Progress) {
	every := progressLine
	if p.tty {
		every = progressRedraw
	}
	now := p.clock()
	if !s.Finished && now.Sub(p.last) < every {
		return
	}
	p.last = now
	text := fmt.Sprintf("%d%% of %d resources, %d calls, %d points, $%s", 100*s.Done/max(1, s.Parts), s.Found, s.Requests, s.Points, s.Spent.StringFixed(4))
	switch {
	case !p.tty && !s.Finished:
		fmt.Fprintln(p.out, text)
	case p.tty && s.Finished:
		if p.drawn {
			fmt.Fprint(p.out, "\r\x1b[K")
		}
	case p.tty:
		fmt.Fprintf(p.out, "\r%s %s\x1b[K", bar(s.Done, s.Parts), text)
		p.drawn = true
	}
}

// bar draws done of all.
func bar(done, all int) string {
	full := 0
	if all > 0 {
		full = min(progressWidth, progressWidth*done/all)
	}
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", progressWidth-full) + "]"
}
