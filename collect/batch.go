package collect

import (
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

const (
	// maxQueries is GetMetricData's limit for one call.
	maxQueries = 500
	// maxPagePoints is GetMetricData's limit for one page.
	maxPagePoints = 100_800
	// batchPoints bounds the memory of one batch: queries times points. A
	// long window gets fewer queries a call, not more calls for a resource:
	// each call bills its metrics again.
	batchPoints = 350_000
	// flightPoints bounds the memory of all batches between question and
	// database: 8 bytes a point in columns, and on its way through the SDK
	// some 40 more.
	flightPoints = 700_000
)

// batch is the content of one GetMetricData call and its pages: wants of one
// period whose windows are asked for together.
type batch struct {
	window  model.Window // spans the alive windows of all wants
	period  time.Duration
	wants   []want
	queries int
}

func (b *batch) points() int { return int(b.window.To.Sub(b.window.From) / b.period) }

// weight is the batch's memory in points.
func (b *batch) weight() int64 {
	return min(flightPoints, int64(max(1, b.queries))*int64(max(1, b.points())))
}

// lane of the packer: wants that may share a call.
type packKey struct {
	from, to time.Time
	period   time.Duration
}

// packer fills batches. All series of a want stay in one batch: its columns
// are then joined in one place, and statistics of a metric are never split
// over calls.
type packer struct {
	open map[packKey]*batch
	keys []packKey // in order of appearance
	emit func(*batch) error
}

func newPacker(emit func(*batch) error) *packer {
	return &packer{open: map[packKey]*batch{}, emit: emit}
}

// add puts w into the open batch of its kind, emitting that first if w does
// not fit.
func (p *packer) add(w want) error {
	key := packKey{w.cover.From, w.cover.To, w.period}
	b := p.open[key]
	if b != nil && !b.fits(&w) {
		delete(p.open, key)
		if err := p.emit(b); err != nil {
			return err
		}
		b = nil
	}
	if b == nil {
		b = &batch{window: w.alive, period: w.period}
		p.open[key] = b
		p.keys = append(p.keys, key)
	}
	b.window = span(b.window, w.alive)
	b.wants = append(b.wants, w)
	b.queries += len(w.series)
	return nil
}

func (b *batch) fits(w *want) bool {
	queries := b.queries + len(w.series)
	joint := span(b.window, w.alive)
	return queries <= maxQueries && queries*int(joint.To.Sub(joint.From)/b.period) <= batchPoints
}

// flush emits what is left.
func (p *packer) flush() error {
	for _, k := range p.keys {
		if b := p.open[k]; b != nil {
			delete(p.open, k)
			if err := p.emit(b); err != nil {
				return err
			}
		}
	}
	p.keys = p.keys[:0]
	return nil
}

// span is the smallest window that holds a and b.
func span(a, b model.Window) model.Window {
	return model.Window{From: earlier(a.From, b.From), To: later(a.To, b.To)}
}
